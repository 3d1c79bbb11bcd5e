"""Shares of ceilings: which one bounds the work, and what of it was achieved."""

from __future__ import annotations

import pytest
from ceilings import Ceilings, amount, ceilings, fastest, seconds_of

from xpnet.bench import Result, Spread, repeated
from xpnet.bench.benchmark import CPU, GPU

MACHINE = Ceilings(product=100e9, copies={1000: 10e9, 100_000: 40e9, 10_000_000: 20e9})


@pytest.mark.parametrize(
    ("moved", "copy"),
    [
        (10, 1000),
        (1000, 100_000),
        (50_000, 100_000),
        (100_000, 100_000),
        (1_000_000, 100_000),
        (10_000_000, 10_000_000),
        (1_000_000_000, 10_000_000),
    ],
)
def test_work_is_held_against_the_faster_copy_on_either_side_of_its_size(moved, copy):
    assert MACHINE.fitting(moved) == copy


def test_the_longer_of_arithmetic_and_traffic_is_the_least_time():
    assert MACHINE.least(100e9, 1_000_000_000) == 1
    assert MACHINE.least(1e9, 1_000_000_000) == 1e9 / 20e9


def test_a_share_is_of_the_ceiling_that_bounds_the_work():
    assert MACHINE.rate(50e9, 1000, 1) == "50 GFLOP/s, 50 % of the best product (100)"
    assert MACHINE.rate(1, 10_000_000, 1e-3) == "10 GB/s, 50 % of the best copy of 10 MB (20)"


def test_a_gpu_is_held_to_the_time_between_two_events():
    wall, events = Spread(2, 2, 2), Spread(1, 1, 1)
    assert seconds_of(Result("t", "w", GPU, wall, device_seconds=events)) == events
    assert seconds_of(Result("t", "w", CPU, wall)) == wall


def test_what_was_not_timed_has_no_seconds():
    with pytest.raises(ValueError, match="xpnet on cupy was not timed: no GPU device"):
        seconds_of(Result("t", "w", GPU, note="no GPU device"))


def test_the_fastest_is_of_one_unit_of_work():
    done = []
    seconds = fastest(CPU, "appending", lambda: repeated(lambda: done.append(1)), 100)
    assert seconds > 0
    assert len(done) % 100 == 0


@pytest.mark.parametrize(("moved", "told"), [(404, "0.404 kB"), (2**20, "1.05 MB"), (3e9, "3 GB")])
def test_amounts_are_in_the_unit_that_suits_them(moved, told):
    assert amount(moved) == told


@pytest.mark.emulated
def test_an_emulated_device_has_no_ceilings(cudaemu, monkeypatch):
    monkeypatch.setattr("ceilings._ceilings", lambda case: case)
    assert ceilings.__wrapped__() == {CPU: CPU}
