"""What a job of two ranks times: which cases there are, what each does, and that ranks meet."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest
import ranked_steps
from mpi_job import obstacle, printed
from problems import Problem
from ranked_steps import ALL_REDUCE, BACKPROP, FORWARD, ONE, STRONG, WEAK, in_parts, turns_of, works

from xpnet.distributed.alone import Alone
from xpnet.training import Trainer

SMALL = Problem((12, 5, 10), 8)
STEPS = [ONE, in_parts(ONE), STRONG, in_parts(STRONG), WEAK]


class FirstOfTwo(Alone):
    """A rank of two, which notes what it is asked for."""

    size = 2

    def __init__(self):
        self.asked = []

    def all_reduce(self, array):
        self.asked.append(array.size)

    def all_arrive(self):
        self.asked.append("all here")

    def barrier(self):
        self.asked.append("barrier")


class SecondOfTwo(FirstOfTwo):
    """The other one, to whom rank 0 gives its generator and its parameters."""

    rank = 1

    def gather(self, value):
        if value is None:
            return [np.random.default_rng(0)]
        return [[SMALL.network().params.flat]] if value == [] else [value]


@pytest.fixture
def trainers(monkeypatch):
    """Those that are made, by what they are made with."""
    made = []

    def trainer(net, optimizer, data, *, comm, **options):
        made.append((options["batch_size"], options["accumulate"], comm, options["threads"]))
        return Trainer(net, optimizer, data, comm=comm, **options)

    monkeypatch.setattr(ranked_steps, "Trainer", trainer)
    return made


def test_steps_are_of_one_rank_and_of_two_with_the_same_batch_and_with_twice_it(trainers):
    comm = FirstOfTwo()
    cases = works(comm, SMALL)
    assert list(cases) == [*STEPS, FORWARD, BACKPROP, ALL_REDUCE]
    assert trainers == [
        (8, 1, None, 1),
        (8, 4, None, 1),
        (8, 1, comm, 1),
        (8, 4, comm, 1),
        (16, 1, comm, 1),
    ]


@pytest.mark.parametrize("case", STEPS)
def test_a_step_of_two_ranks_sums_as_much_as_the_all_reduce_alone(case):
    comm = FirstOfTwo()
    cases = works(comm, SMALL)
    cases[ALL_REDUCE](1)
    [alone] = comm.asked
    comm.asked.clear()
    cases[case](3)
    assert comm.asked == ([] if case in (ONE, in_parts(ONE)) else [alone] * 3)


@pytest.mark.parametrize("comm", [FirstOfTwo(), SecondOfTwo()], ids=["rank 0", "rank 1"])
def test_rank_1_does_no_steps_of_one_rank(comm, monkeypatch):
    done = []
    monkeypatch.setattr(Trainer, "step", lambda trainer: done.append(trainer.comm))
    cases = works(comm, SMALL)
    for case in STEPS:
        cases[case](1)
    assert len(done) == (5 if comm.is_main else 3)
    assert done[-3:] == [comm] * 3


def test_pieces_are_of_this_ranks_share_of_the_rows(monkeypatch):
    rows = []
    net = SMALL.network()
    monkeypatch.setattr(Problem, "network", lambda problem: net)
    for name in ("loss", "backprop"):
        monkeypatch.setattr(net, name, lambda x, t, name=name: rows.append((name, len(x), len(t))))
    cases = works(FirstOfTwo(), SMALL)
    cases[FORWARD](2)
    cases[BACKPROP](1)
    assert rows == [("loss", 4, 4), ("loss", 4, 4), ("backprop", 4, 4)]


def test_each_case_does_a_unit_untimed_before_it_is_timed_turn_by_turn():
    comm, done = FirstOfTwo(), []
    cases = {name: lambda k, name=name: done.append((name, k)) for name in "ab"}
    seconds = turns_of(comm, cases, units=5, turns=3)
    assert done == [("a", 1), ("a", 5), ("b", 1), ("b", 5)] * 3
    assert {name: len(times) for name, times in seconds.items()} == {"a": 3, "b": 3}
    assert comm.asked == ["all here", "barrier"] * 12


def test_without_turns_each_case_is_done_once_and_not_timed():
    done = []
    assert turns_of(FirstOfTwo(), {"a": done.append}, units=5, turns=0) == {"a": []}
    assert done == [1]


def test_times_are_of_one_unit(monkeypatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(ranked_steps.time, "perf_counter", lambda: next(clock))
    assert turns_of(FirstOfTwo(), {"a": lambda k: None}, units=5, turns=2) == {"a": [2, 2]}


class TestAJob:
    """Of real processes."""

    ARGUMENTS = ("--sizes", "12", "5", "10", "--batch", "8", "--units", "2", "--turns", "3")

    @pytest.fixture(autouse=True)
    def _can_run(self):
        if why := obstacle(2):
            pytest.skip(why)

    def test_rank_0_prints_the_seconds_of_each_turn(self):
        seconds = json.loads(printed(2, ranked_steps.__file__, self.ARGUMENTS))
        assert list(seconds) == [*STEPS, FORWARD, BACKPROP, ALL_REDUCE]
        assert all(len(times) == 3 and min(times) > 0 for times in seconds.values())

    def test_another_number_of_ranks_is_refused(self, capfd):
        with pytest.raises(subprocess.CalledProcessError):
            printed(1, ranked_steps.__file__, self.ARGUMENTS)
        assert "expected two ranks, got 1: start it by mpiexec -n 2" in capfd.readouterr().err
