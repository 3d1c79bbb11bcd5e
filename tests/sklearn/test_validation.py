"""The rows that early stopping sets aside."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from xpnet.errors import OptionError
from xpnet.networks import TwoLayerNet
from xpnet.sklearn.validation import Validation, split

X, Y = np.arange(40.0).reshape(20, 2), np.arange(20) % 2


def test_all_arrays_are_split_alike_and_none_stays_none():
    rng = np.random.RandomState(0)
    (x, y, none), (held_x, held_y, held_none) = split([X, Y, None], 0.2, rng, Y)
    assert (len(x), len(held_x), none, held_none) == (16, 4, None, None)
    np.testing.assert_array_equal(x[:, 0] // 2 % 2, y)
    assert held_y.mean() == 0.5
    assert sorted([*x[:, 0], *held_x[:, 0]]) == X[:, 0].tolist()


def test_fewer_than_two_rows_are_refused():
    with pytest.raises(OptionError, match=r"validation_fraction=0\.05: .* at least 2 rows, got 1"):
        split([X], 0.05, np.random.RandomState(0), None)


def test_the_best_network_is_a_copy():
    net = TwoLayerNet(2, 3, 1, seed=0)
    validation = Validation(X, Y, None, net)
    before = net.params.flat.copy()
    net.params.flat[:] += 1
    np.testing.assert_array_equal(validation.best.flat, before)
    validation.keep(net)
    np.testing.assert_array_equal(validation.best.flat, net.params.flat)


@pytest.mark.parametrize(("predicted", "score"), [(1.0, 5.0), (np.inf, np.nan), (np.nan, np.nan)])
def test_the_score_is_nan_where_no_number_is_predicted(predicted, score):
    validation = Validation(X, Y, "weights", TwoLayerNet(2, 3, 1, seed=0))
    estimator = SimpleNamespace(
        _outputs=lambda x: x[:, 0] * predicted,
        _decoded=lambda outputs: outputs + 1,
        _score_of=lambda y, found, weights: 5 if weights == "weights" and found[0] else 0,
    )
    with np.errstate(invalid="ignore"):
        np.testing.assert_equal(validation.score(estimator), score)
