import pytest

from xpnet.bench import runs
from xpnet.bench.contest import OURS
from xpnet.bench.cuda import Cuda
from xpnet.bench.peers import Learner, Peer
from xpnet.bench.runs import compare_runs


@pytest.fixture
def asked(monkeypatch):
    """The steps and evaluations that a peer was asked for."""
    log = []

    def evaluate():
        log.append("evaluation")
        return 0.5, 0.25

    peer = Peer("numpy", lambda problem, data: Learner(lambda k: log.append(k) or 1.0, evaluate))
    monkeypatch.setattr(runs, "PEERS", {"a peer": peer})
    return log


def test_a_run_evaluates_at_the_end_of_every_epoch_and_of_itself(monkeypatch, asked):
    monkeypatch.setattr(runs, "_xpnet", lambda data, iterations: 0.5)
    contest = compare_runs(1500, {})
    assert sorted(asked) == [300, 600]  # compilers have compiled both lengths
    asked.clear()
    contest.rows(turns=1, warm=False)
    assert asked == [600, "evaluation", 600, "evaluation", 300, "evaluation"]


def test_the_accuracy_told_is_that_of_the_first_run(monkeypatch, asked):
    monkeypatch.setattr("xpnet.bench.contest.cuda", lambda: Cuda("none", ""))
    ends = iter([0.5, 0.75, 0.875])
    monkeypatch.setattr(runs, "_xpnet", lambda data, iterations: next(ends))
    ours = compare_runs(20, {}).rows(turns=3, warm=False)[0]
    assert ours.note == "test accuracy 50.00 % after 20 steps"


def test_rows_tell_the_test_accuracy(asked):
    ours, peer, _ = compare_runs(20, {"a peer": 0.2}).rows(turns=1, warm=False)
    assert (ours.contender, peer.contender) == (OURS, "a peer")
    assert peer.note == "test accuracy 25.00 % after 40 steps"
    assert ours.note.endswith(" % after 20 steps")
    assert 5 < float(ours.note.split()[2]) < 100
    assert peer.aim == 0.2
