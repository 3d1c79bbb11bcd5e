from types import SimpleNamespace

import pytest

pytest.importorskip("sklearn", reason="whose estimators are timed: the extra 'contenders'")

import bench_sklearn
from sklearn import neural_network


@pytest.mark.parametrize("problem", bench_sklearn.PROBLEMS, ids=lambda problem: problem.__name__)
def test_every_problem_compares_both_at_their_defaults(problem):
    made = []
    bench_sklearn.bench_fit(
        SimpleNamespace(enabled=True), lambda *given, **_: made.append(given), problem
    )
    ((benchmark, turns),) = made
    assert turns == bench_sklearn.SEEDS
    names = [case.name for case in benchmark.cases]
    assert names[:2] == [bench_sklearn.THEIRS, bench_sklearn.OURS]
    assert (bench_sklearn.NARROW in names) == (problem is not bench_sklearn.mnist)
    assert names[-1] == bench_sklearn.GPU
    assert {aim.case for aim in bench_sklearn.AIMS} <= set(names)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_run_fits_the_next_seeds_and_notes_their_mean_score():
    data = bench_sklearn.digits()
    run, note = bench_sklearn.fits(neural_network, "MLPClassifier", data, max_iter=1)
    run(2)
    run(1)
    assert note().startswith("score 0.")
    assert note().endswith("mean of 3 seeds")
