from types import SimpleNamespace

import bench_training
import pytest
from comparisons.steps import FLOOR
from contenders import CONTENDERS
from problems import CHAPTER, PROBLEMS


def test_every_problem_has_steps_turns_and_aims_of_cases_that_are_there():
    settings = bench_training.STEPS, bench_training.TURNS, bench_training.AIMS
    assert {len(setting) for setting in settings} == {len(PROBLEMS)}
    for aims in bench_training.AIMS:
        assert set(aims) <= {FLOOR, *CONTENDERS}


@pytest.mark.parametrize(("enabled", "steps"), [(True, 10_000), (False, 50)])
def test_the_whole_run_is_shorter_where_nothing_is_timed(monkeypatch, enabled, steps):
    asked, aimed = [], []
    monkeypatch.setattr(bench_training, "compare_runs", asked.append)
    bench_training.bench_whole_run(
        SimpleNamespace(enabled=enabled), lambda *_, aims, **__: aimed.extend(aims)
    )
    assert asked == [steps]
    assert {aim.case for aim in aimed} <= set(CONTENDERS)


def test_a_step_is_compared_at_the_problems_size(monkeypatch):
    asked = []
    monkeypatch.setattr(bench_training, "compare_steps", lambda *given: asked.append(given))
    bench_training.bench_step(lambda *_, **__: None, 0)
    assert asked == [(CHAPTER, bench_training.STEPS[0])]
