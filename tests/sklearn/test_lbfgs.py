"""The solver lbfgs goes the way of scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning

import xpnet.sklearn

DIGITS, LABELS = load_digits(return_X_y=True)
DATA = {"MLPClassifier": (DIGITS[:300] / 16, LABELS[:300]), "MLPRegressor": None}
DATA["MLPRegressor"] = load_diabetes(return_X_y=True, scaled=True)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
def test_a_fit_is_scikit_learns(kind, weighted):
    x, y = DATA[kind]
    weights = np.random.default_rng(0).random(len(x)) if weighted else None
    theirs, ours = (
        getattr(module, kind)(solver="lbfgs", max_iter=10, random_state=0).fit(x, y, weights)
        for module in (neural_network, xpnet.sklearn)
    )
    assert (ours.n_iter_, ours.t_) == (theirs.n_iter_, theirs.t_) == (10, 0)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-9)
    for expected, found in zip(theirs.coefs_, ours.coefs_, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert not hasattr(ours, "loss_curve_")
    assert not hasattr(ours, "partial_fit")


def test_a_fit_that_has_not_converged_warns_in_the_callers_line():
    made = xpnet.sklearn.MLPRegressor(solver="lbfgs", max_iter=2, random_state=0)
    with pytest.warns(ConvergenceWarning, match="not converged after 2 iterations") as caught:
        made.fit(*DATA["MLPRegressor"])
    assert caught[0].filename == __file__


def test_float32_fits_too(backend):
    x, y = DATA["MLPRegressor"]
    made = xpnet.sklearn.MLPRegressor(
        hidden_layer_sizes=20,
        solver="lbfgs",
        dtype="float32",
        backend=backend.name,
        tol=1,
        random_state=0,
    )
    assert made.fit(x, y).score(x, y) > 0.4
    assert made.coefs_[0].dtype == np.float32
