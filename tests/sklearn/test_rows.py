"""Rows of a training set, and their weights."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array

import xpnet
from xpnet.errors import DataError, ShapeError
from xpnet.networks import MultiLayerNet
from xpnet.sklearn.rows import Rows, checked_weights

X = np.arange(12.0).reshape(4, 3)
LABELS, TARGETS, WEIGHTS = np.arange(4), np.arange(8).reshape(4, 2), np.array([1, 2, 3, 4])


def host(batch):
    x, t, weights = batch
    x = x.toarray() if hasattr(x, "toarray") else xpnet.to_numpy(x)
    return x, xpnet.to_numpy(t), None if weights is None else xpnet.to_numpy(weights)


@pytest.mark.parametrize("kind", [np.asarray, np.asfortranarray, csc_array])
@pytest.mark.parametrize("t", [LABELS, TARGETS], ids=["labels", "targets"])
def test_a_batch_has_the_rows_of_an_order(kind, t, backend):
    net = MultiLayerNet(3, [], 2, dtype="float32")
    rows = Rows(net, kind(X), t, WEIGHTS)
    order = rows.ordered(np.array([2, 0, 3, 1]))
    x, targets, weights = host(rows.batch(order[1:3]))
    np.testing.assert_array_equal(x, X[[0, 3]])
    np.testing.assert_array_equal(targets, t[[0, 3]])
    np.testing.assert_array_equal(weights, [1, 4])
    assert (x.dtype, weights.dtype, rows.count) == (np.float32, np.float32, 4)
    assert targets.dtype == (LABELS.dtype if t is LABELS else np.float32)


@pytest.mark.parametrize("kind", [np.asarray, csc_array])
def test_the_whole_is_all_rows(kind, backend):
    x, t, weights = host(Rows(MultiLayerNet(3, [], 2), kind(X), LABELS, None).whole())
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(t, LABELS)
    assert weights is None
    assert x.dtype == np.float32


def test_weights_are_a_number_for_each_row_or_one_for_all():
    assert checked_weights("MLP", None, 3) is None
    assert checked_weights("MLP", 2, 3).tolist() == [2, 2, 2]
    assert checked_weights("MLP", [1, 0, 2], 3).dtype == np.float64


@pytest.mark.parametrize("weights", [[1, 2], [[1], [2], [3]]])
def test_weights_of_another_shape_are_refused(weights):
    with pytest.raises(ShapeError, match=r"MLP: expected sample_weight to have the shape \(3,\)"):
        checked_weights("MLP", weights, 3)


def test_weights_that_are_all_0_are_refused():
    with pytest.raises(DataError, match="at least one non-zero"):
        checked_weights("MLP", [0, 0], 2)
