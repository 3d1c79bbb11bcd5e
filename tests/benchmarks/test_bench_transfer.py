"""Each transfer is one copy, in its direction, from and to memory of its kind."""

from __future__ import annotations

import bench_transfer
import pytest
from bench_transfer import DEVICE, HOST, pageable, pinned

import xpnet
from xpnet.bench import Result, Spread
from xpnet.machine import cuda_device

KINDS = pytest.mark.parametrize("memory", [pageable, pinned])


@pytest.fixture
def made():
    """``made(direction, memory)`` is the benchmark of a transfer, and its rate."""

    def make(direction, memory):
        seen = []
        bench_transfer.bench_transfer(
            lambda benchmark, turns, rate: seen.append((benchmark, rate)), 10, direction, memory
        )
        return seen[0]

    return make


@pytest.mark.emulated
@KINDS
@pytest.mark.parametrize(
    ("direction", "copies"), [("to the device", (1, 0)), ("to the host", (0, 1))]
)
def test_a_transfer_is_one_copy_in_its_direction(device_counts, made, memory, direction, copies):
    benchmark, _ = made(direction, memory)
    (on_device,) = [case for case in benchmark.cases if case.name == DEVICE]
    assert on_device.prepare(1, timed=False) == ""
    on_device.run(1)
    with device_counts() as counts:
        on_device.run(1)
    assert (counts.to_device, counts.to_host) == copies
    assert counts.launches == 0


@pytest.mark.skipif(cuda_device().kind != "none", reason="there is a device")
@KINDS
def test_without_a_device_nothing_runs_in_its_place(made, memory):
    host, device = made("to the device", memory)[0].results(turns=1, timed=False)
    assert host.case == HOST
    assert device == Result("transfer", host.work, DEVICE, note="no CUDA device")


def test_a_rate_counts_each_byte_once(made):
    _, rate = made("to the device", pageable)
    row = Result("transfer", "work", HOST, Spread(1e-6, 1e-6, 1e-6))
    assert rate(row) == "31.4 GB/s"


@pytest.mark.emulated
@pytest.mark.parametrize(("memory", "kind"), [(pageable, 0), (pinned, 1)])  # as CUDA numbers them
def test_the_driver_knows_pinned_memory_from_pageable(device_counts, memory, kind):
    array = memory((3, 2))
    runtime = xpnet.get_backend().xp.cuda.runtime
    assert runtime.pointerGetAttributes(array.ctypes.data).type == kind
    assert array.shape == (3, 2)
