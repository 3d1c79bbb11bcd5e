from __future__ import annotations

import gpu_launches
import pytest
from gpu_launches import HOST, TABLE, TO_IDLE, Launches

from xpnet.bench.benchmark import NOT_TIMED
from xpnet.bench.case import NO_DEVICE
from xpnet.machine import CudaDevice


def test_without_a_device_one_result_says_so(monkeypatch):
    monkeypatch.setattr(gpu_launches, "cuda_device", lambda: CudaDevice("none", "no CUDA device"))
    (row,) = Launches().results(turns=3)
    assert (row.table, row.note) == (TABLE, NO_DEVICE)


@pytest.mark.emulated
def test_the_pieces_are_what_a_step_launches(device_counts):
    for work, launch in gpu_launches.pieces().items():
        launch()
        launch()
        with device_counts() as counts:
            launch()
        wanted = 15 if "15" in work else 2 if "2 launches" in work else 0 if "pool" in work else 1
        assert counts.launches == wanted, work


@pytest.mark.emulated
def test_untimed_each_is_launched_and_no_time_is_told(memory_pool):
    rows = Launches().results(turns=3, timed=False)
    assert len(rows) == 11
    assert {(row.seconds, row.note) for row in rows} == {(None, NOT_TIMED)}


def test_the_host_is_timed_before_the_wait(monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 10.0, 12.0, 15.0])
    monkeypatch.setattr(gpu_launches.time, "perf_counter", lambda: next(clock))
    launched = []
    host, to_idle = gpu_launches._timed("one", lambda: launched.append(1), turns=2)
    assert len(launched) == 2 * gpu_launches.REPEATS
    assert (host.case, host.seconds.median) == (HOST, pytest.approx(0.015))
    assert (to_idle.case, to_idle.seconds.median) == (TO_IDLE, pytest.approx(0.04))
