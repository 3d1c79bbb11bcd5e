import pytest
from comparisons import runs
from comparisons.runs import compare_runs
from contenders import Contender, Learner

from xpnet.bench import case
from xpnet.bench.benchmark import CPU
from xpnet.machine import CudaDevice


@pytest.fixture
def asked(monkeypatch):
    """The steps and evaluations that a contender was asked for."""
    log = []

    def evaluate():
        log.append("evaluation")
        return 0.5, 0.25

    learner = Learner(lambda k: log.append(k) or 1.0, evaluate)
    contender = Contender("numpy", lambda problem, data: learner)
    monkeypatch.setattr(runs, "CONTENDERS", {"another": contender})
    return log


def test_a_run_evaluates_at_the_end_of_every_epoch_and_of_itself(monkeypatch, asked):
    monkeypatch.setattr(runs, "_xpnet", lambda data, iterations: 0.5)
    benchmark = compare_runs(1500)
    assert sorted(asked) == [300, 600]  # compilers have compiled both lengths
    asked.clear()
    benchmark.results(turns=1, warm=False)
    assert asked == [600, "evaluation", 600, "evaluation", 300, "evaluation"]


def test_the_accuracy_told_is_that_of_the_first_run(monkeypatch, asked):
    monkeypatch.setattr(case, "cuda_device", lambda: CudaDevice("none", ""))
    ends = iter([0.5, 0.75, 0.875])
    monkeypatch.setattr(runs, "_xpnet", lambda data, iterations: next(ends))
    ours = compare_runs(20).results(turns=3, warm=False)[0]
    assert ours.note == "test accuracy 50.00 % after 20 steps"


def test_results_note_the_test_accuracy(asked):
    ours, another, _ = compare_runs(20).results(turns=1, warm=False)
    assert (ours.case, another.case) == (CPU, "another")
    assert another.note == "test accuracy 25.00 % after 40 steps"
    assert ours.note.endswith(" % after 20 steps")
    assert 5 < float(ours.note.split()[2]) < 100
