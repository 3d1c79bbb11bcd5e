"""Sparse rows in a first layer give what dense ones give."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix

from xpnet.layers import Affine
from xpnet.sklearn.sparse import sparse_affine, stays_sparse

X = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]])


@pytest.mark.parametrize("kind", [csr_array, csr_matrix])
def test_the_affine_map_is_that_of_dense_rows(kind):
    layer = Affine(np.arange(6.0).reshape(3, 2), np.ones(2))
    y = sparse_affine(layer, kind(X))
    np.testing.assert_array_equal(y, layer.forward(X))
    assert type(y) is np.ndarray


def test_only_numpy_computes_with_sparse_rows():
    assert stays_sparse(csr_array(X), "numpy")
    assert not stays_sparse(csr_array(X), "cupy")
    assert not stays_sparse(X, "numpy")
