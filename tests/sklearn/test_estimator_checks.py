"""All that scikit-learn asks of an estimator, without an expected failure."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from xpnet.sklearn import MLPClassifier, MLPRegressor

# few epochs, as scikit-learn checks its own, of which some do not converge
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ESTIMATORS = [
    MLPClassifier(),
    MLPClassifier(solver="lbfgs", max_iter=100),
    MLPRegressor(),
    MLPRegressor(solver="sgd", learning_rate_init=0.01),
]


@parametrize_with_checks(ESTIMATORS, xfail_strict=True)
def test_scikit_learn_finds_nothing(estimator, check):
    check(estimator)
