"""MLPRegressor: numbers of every kind."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.exceptions import DataConversionWarning

import xpnet.sklearn
from xpnet.errors import DataError
from xpnet.sklearn import MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 3))
Y = X @ [1.0, -2.0, 0.5]


@pytest.mark.parametrize(
    "y", [Y, Y.tolist(), np.c_[Y, -Y], (Y > 0) * 1], ids=["one", "list", "two", "integers"]
)
def test_targets_of_any_shape_are_predicted_as_scikit_learn_predicts_them(y):
    theirs, ours = (
        module.MLPRegressor(max_iter=20, random_state=0).fit(X, y)
        for module in (neural_network, xpnet.sklearn)
    )
    assert ours.predict(X).shape == np.shape(y)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X))
    assert ours.score(X, y) == pytest.approx(theirs.score(X, y))


def test_a_column_of_targets_warns_and_is_a_row():
    with pytest.warns(DataConversionWarning, match="column-vector"):
        made = MLPRegressor(max_iter=1).fit(X, Y[:, None])
    assert made.predict(X).shape == (50,)


def test_a_line_is_learned():
    made = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0).fit(X, Y)
    np.testing.assert_allclose(made.coefs_[0][:, 0], [1, -2, 0.5], atol=1e-3)
    assert made.score(X, Y) > 0.9999


def test_poisson_predicts_rates_and_refuses_negative_counts():
    made = MLPRegressor("poisson", max_iter=5, random_state=0).fit(X, np.exp(Y))
    assert made.predict(X).min() > 0
    assert made.out_activation_ == "exp"
    with pytest.raises(DataError, match="loss='poisson' takes targets from 0 on, got -"):
        made.fit(X, Y)
