"""Whole fits of scikit-learn's estimators and of xpnet's in their place, at the defaults.

Each turn fits one seed after the other, the same in every case; the note has the mean score.
"""

from __future__ import annotations

from statistics import fmean

import pytest
from aims import Aim

from xpnet.bench import Benchmark
from xpnet.datasets import load_mnist

pytest.importorskip("sklearn", reason="whose estimators are timed: the extra 'contenders'")

from sklearn import datasets, neural_network
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

import xpnet.sklearn

# at the defaults some fits end at max_iter
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

THEIRS, OURS, NARROW = "scikit-learn", "xpnet.sklearn", "xpnet.sklearn, float32"
GPU = "xpnet.sklearn on cupy"
AIMS = [Aim(OURS, at_least=2)]
SEEDS = 5


def digits():
    """1,797 images of 8 by 8 pixels, in float64."""
    return datasets.load_digits(return_X_y=True)


def mnist():
    """10,000 images of MNIST, in float32."""
    (x, t), _ = load_mnist()
    return x[:10_000], t[:10_000]


def diabetes():
    """442 people, 10 columns, in float64."""
    x, y = datasets.load_diabetes(return_X_y=True)
    return scale(x), y


def friedman():
    """2,000 rows of a function with products, a root and a square, in float64."""
    return datasets.make_friedman1(2000, noise=1.0, random_state=0)


PROBLEMS = {
    digits: "MLPClassifier",
    mnist: "MLPClassifier",
    diabetes: "MLPRegressor",
    friedman: "MLPRegressor",
}


def fits(module, kind, data, **options):
    """A run that fits the next seeds, and what notes the mean score of all that were fitted."""
    x, x_test, y, y_test = train_test_split(*data, random_state=0)
    scores = []

    def run(times):
        for _ in range(times):
            estimator = getattr(module, kind)(random_state=len(scores), **options)
            scores.append(estimator.fit(x, y).score(x_test, y_test))

    return run, lambda: f"score {fmean(scores):.4f}, mean of {len(scores)} seeds"


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.__name__)
def bench_fit(benchmark, report, problem):
    kind, data = PROBLEMS[problem], problem()
    options = {} if benchmark.enabled else {"max_iter": 2}
    made = Benchmark("scikit-learn", f"{kind}, {problem.__doc__[:-1]}", baseline=THEIRS)
    cases = [(THEIRS, neural_network, {}), (OURS, xpnet.sklearn, {"backend": "numpy"})]
    if data[0].dtype != "float32":
        cases.append((NARROW, xpnet.sklearn, {"backend": "numpy", "dtype": "float32"}))
    for name, module, more in cases:
        run, note = fits(module, kind, data, **options, **more)
        made.add(name, run, note=note)
    more = {"backend": "cupy", "dtype": "float32"}
    made.add_cuda(GPU, lambda: fits(xpnet.sklearn, kind, data, **options, **more)[0])
    report(made, SEEDS, warm=False, aims=AIMS)
