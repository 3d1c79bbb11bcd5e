"""The solvers adam and sgd go the way of scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_linnerud,
    make_multilabel_classification,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

import xpnet.sklearn
from xpnet.errors import DataError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

WEIGHTS = np.random.default_rng(0).random(1797)
DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS = DIGITS[:600] / 16
CANCER, BENIGN = load_breast_cancer(return_X_y=True)
DIABETES, PROGRESS = load_diabetes(return_X_y=True)
EXERCISE, BODY = load_linnerud(return_X_y=True)
DATA = {
    "digits": (DIGITS, LABELS[:600]),
    "cancer": (scale(CANCER), BENIGN),
    "labels": make_multilabel_classification(random_state=0),
    "diabetes": (DIABETES, PROGRESS),
    "linnerud": (scale(EXERCISE), scale(BODY)),
}
CASES = [
    ("digits", {}),
    ("cancer", {"activation": "tanh", "hidden_layer_sizes": (20, 10)}),
    ("labels", {"activation": "logistic"}),
    ("digits", {"early_stopping": True, "activation": "identity"}),
    ("cancer", {"early_stopping": True, "n_iter_no_change": 2}),
    ("labels", {"early_stopping": True}),
    ("digits", {"solver": "sgd", "learning_rate_init": 0.1}),
    ("digits", {"solver": "sgd", "learning_rate": "invscaling", "nesterovs_momentum": False}),
    (
        "cancer",
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.02, "n_iter_no_change": 1},
    ),
    ("digits", {"shuffle": False, "batch_size": 50, "hidden_layer_sizes": ()}),
    ("digits", {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3, "alpha": 1}),
    ("cancer", {"tol": 0.05, "n_iter_no_change": 2, "max_iter": 100}),
    ("diabetes", {"alpha": 0}),
    ("diabetes", {"loss": "poisson"}),
    ("diabetes", {"early_stopping": True, "learning_rate_init": 0.1}),
    ("linnerud", {}),
]


def pair(name, options):
    kind = "MLPRegressor" if name in ("diabetes", "linnerud") else "MLPClassifier"
    options = {"max_iter": 8, "random_state": 3, **options}
    return [getattr(module, kind)(**options) for module in (neural_network, xpnet.sklearn)]


def assert_alike(theirs, ours, x):
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)
    for name in (
        "loss_curve_",
        "best_loss_",
        "loss_",
        "validation_scores_",
        "best_validation_score_",
    ):
        expected, found = getattr(theirs, name), getattr(ours, name)
        assert found is None if expected is None else found == pytest.approx(expected, rel=1e-9)
    for name in ("coefs_", "intercepts_"):
        for expected, found in zip(getattr(theirs, name), getattr(ours, name), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x))


@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda value: str(value))
def test_a_fit_is_scikit_learns(name, options, weighted):
    x, y = DATA[name]
    weights = WEIGHTS[: len(x)] if weighted else None
    theirs, ours = (made.fit(x, y, sample_weight=weights) for made in pair(name, options))
    assert_alike(theirs, ours, x)


@pytest.mark.parametrize("name", ["digits", "labels", "diabetes"])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fits_are_scikit_learns(name, solver):
    x, y = DATA[name]
    theirs, ours = pair(name, {"solver": solver})
    first = {} if name == "diabetes" else {"classes": np.unique(y) if y.ndim == 1 else np.arange(5)}
    for made in (theirs, ours):
        made.partial_fit(x, y, **first).partial_fit(x[:50], y[:50]).partial_fit(x, y)
    assert_alike(theirs, ours, x)


def test_a_warm_start_goes_on_as_scikit_learns():
    x, y = DATA["digits"]
    theirs, ours = pair("digits", {"warm_start": True})
    for made in (theirs, ours):
        made.fit(x, y).fit(x, y)
    assert len(ours.loss_curve_) == 16
    assert_alike(theirs, ours, x)


def test_a_fit_without_warm_start_begins_anew():
    x, y = DATA["digits"]
    _, made = pair("digits", {})
    first = made.fit(x, y).coefs_[0].copy()
    np.testing.assert_array_equal(made.fit(x, y).coefs_[0], first)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("cancer", {"early_stopping": True, "n_iter_no_change": 1, "tol": 0.5}),
        ("cancer", {"tol": 1, "n_iter_no_change": 1}),
        ("cancer", {"solver": "sgd", "learning_rate": "adaptive", "tol": 9, "n_iter_no_change": 1}),
    ],
)
def test_what_verbose_prints_is_what_scikit_learn_prints(name, options, capsys):
    printed = []
    for made in pair(name, {**options, "verbose": True, "max_iter": 25}):
        made.fit(*DATA[name])
        printed.append(capsys.readouterr().out)
    assert printed[1] == printed[0] != ""


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
def test_a_fit_that_reaches_max_iter_warns_in_the_callers_line():
    x, y = DATA["cancer"]
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(2\) reached") as caught:
        pair("cancer", {"max_iter": 2})[1].fit(x, y)
    assert caught[0].filename == __file__


@pytest.mark.filterwarnings("error::sklearn.exceptions.ConvergenceWarning")
def test_a_partial_fit_does_not_warn_of_max_iter():
    x, y = DATA["cancer"]
    assert pair("cancer", {"max_iter": 1})[1].partial_fit(x, y, classes=[0, 1]).n_iter_ == 1


def test_a_batch_larger_than_the_set_warns_in_the_callers_line_and_is_the_set():
    x, y = DATA["cancer"]
    with pytest.warns(UserWarning, match="batch_size=1000 is more than the 569 rows") as caught:
        made = pair("cancer", {"batch_size": 1000})[1].fit(x, y)
    assert caught[0].filename == __file__
    assert made.loss_curve_ == pair("cancer", {"batch_size": 569})[1].fit(x, y).loss_curve_


def test_a_fit_that_diverges_is_an_error():
    x, y = DATA["diabetes"]
    made = pair("diabetes", {"solver": "sgd", "learning_rate_init": 1e6, "activation": "identity"})[
        1
    ]
    with pytest.raises(DataError, match="weights that are not finite numbers; scale the columns"):
        made.fit(x, y)


def test_ctrl_c_ends_a_fit_with_a_warning():
    x, y = DATA["cancer"]
    made = pair("cancer", {})[1]
    rng = np.random.RandomState(0)
    draws = iter([rng.permutation(len(x))])

    class Interrupted(np.random.RandomState):
        def permutation(self, count):
            for drawn in draws:
                return drawn
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted") as caught:
        made.set_params(random_state=Interrupted(0)).fit(x, y)
    assert caught[0].filename == __file__
    assert made.n_iter_ == 1
