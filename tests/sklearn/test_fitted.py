"""The arrays of a fitted estimator, its copies and its pickles."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import ShapeError
from xpnet.sklearn import MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 4)), RNG.normal(size=30)


def fitted(**options):
    return MLPRegressor(hidden_layer_sizes=(5, 3), max_iter=2, random_state=0, **options).fit(X, Y)


def test_arrays_are_those_of_the_layers(backend):
    made = fitted(backend=backend.name)
    assert [W.shape for W in made.coefs_] == [(4, 5), (5, 3), (3, 1)]
    assert [b.shape for b in made.intercepts_] == [(5,), (3,), (1,)]
    assert all(type(array) is np.ndarray for array in made.coefs_ + made.intercepts_)


def test_there_are_none_before_a_fit():
    assert not hasattr(MLPRegressor(), "coefs_")
    assert not hasattr(MLPRegressor(), "intercepts_")


def test_writing_into_them_changes_predictions():
    made = fitted(backend="numpy")
    before = made.predict(X)
    made.intercepts_[-1][:] += 1
    np.testing.assert_allclose(made.predict(X), before + 1)


def test_assigning_lists_changes_predictions(backend):
    made, other = fitted(backend=backend.name), fitted(backend=backend.name, alpha=1)
    made.coefs_, made.intercepts_ = other.coefs_, other.intercepts_
    np.testing.assert_array_equal(made.predict(X), other.predict(X))


def test_lists_of_another_length_or_shape_are_refused():
    made = fitted()
    with pytest.raises(ShapeError, match="MLPRegressor: expected 3 arrays, one for each layer"):
        made.coefs_ = made.coefs_[:2]
    with pytest.raises(ShapeError):
        made.intercepts_ = made.intercepts_[::-1]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_goes_on_as_the_original_does_and_apart_from_it(copied, backend):
    made = fitted(backend=backend.name)
    again = copied(made)
    np.testing.assert_allclose(again.predict(X), made.predict(X), rtol=1e-12)
    before = made.predict(X)
    again.partial_fit(X, Y)
    np.testing.assert_array_equal(made.predict(X), before)
    made.partial_fit(X, Y)
    np.testing.assert_allclose(again.predict(X), made.predict(X), rtol=1e-9)
    assert again.loss_curve_ == pytest.approx(made.loss_curve_)


def test_pickles_hold_arrays_of_the_host(elsewhere):
    made = fitted(backend=elsewhere)
    expected = made.predict(X)
    assert made._net.backend.name == elsewhere
    again = pickle.loads(pickle.dumps(made))
    assert again._net.backend.name == "numpy"
    assert all(type(slot.flat) is np.ndarray for slot in again._optimizer.state.values())
    assert made._net.backend.name == elsewhere
    np.testing.assert_allclose(again.set_params(backend="numpy").predict(X), expected)
    assert xpnet.backend_of(again._net.params.flat).name == "numpy"
