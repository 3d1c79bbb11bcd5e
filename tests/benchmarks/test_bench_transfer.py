"""Each transfer is one copy, in its direction, from and to memory of its kind."""

from __future__ import annotations

import bench_transfer
import pytest
from bench_transfer import DEVICE, HOST, pageable, pinned

import xpnet
from xpnet.bench.cuda import cuda
from xpnet.bench.results import Row
from xpnet.bench.timing import Spread

KINDS = pytest.mark.parametrize("memory", [pageable, pinned])


@pytest.fixture
def rows_of():
    """The rows of one transfer, each run once and not timed, by contender; and its rate."""

    def run(direction, memory):
        seen = []

        def report(contest, turns, rate):
            seen.append(({row.contender: row for row in contest.rows(turns, timed=False)}, rate))

        bench_transfer.bench_transfer(report, 10, direction, memory)
        return seen[0]

    return run


@pytest.mark.emulated
@KINDS
@pytest.mark.parametrize(
    ("direction", "copies"),
    [("to the device", "1 copies to and 0 from"), ("to the host", "0 copies to and 1 from")],
)
def test_a_transfer_is_one_copy_in_its_direction(cudaemu, rows_of, memory, direction, copies):
    rows, _ = rows_of(direction, memory)
    assert f"0 launches, {copies} the device" in rows[DEVICE].note


@pytest.mark.skipif(cuda().kind != "none", reason="there is a device")
@KINDS
def test_without_a_device_nothing_stands_in_its_place(rows_of, memory):
    rows, _ = rows_of("to the device", memory)
    assert rows[DEVICE] == Row("transfer", rows[HOST].work, DEVICE, note="no CUDA device")


def test_a_rate_counts_each_byte_once(rows_of):
    _, rate = rows_of("to the device", pageable)
    row = Row("transfer", "work", HOST, Spread(1e-6, 1e-6, 1e-6))
    assert rate(row) == "31.4 GB/s"


@pytest.mark.emulated
@pytest.mark.parametrize(("memory", "kind"), [(pageable, 0), (pinned, 1)])  # as CUDA numbers them
def test_the_driver_knows_pinned_memory_from_pageable(device_counts, memory, kind):
    array = memory((3, 2))
    runtime = xpnet.get_backend().xp.cuda.runtime
    assert runtime.pointerGetAttributes(array.ctypes.data).type == kind
    assert array.shape == (3, 2)
