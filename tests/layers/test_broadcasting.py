"""Shapes that meet, and the sums that bring a gradient back to the shape of its input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from xpnet.layers.broadcasting import broadcast, shape_of, sum_to


@given(pair=hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_dims=4))
def test_the_shape_is_numpys(pair):
    assert broadcast(*pair.input_shapes) == pair.result_shape


@pytest.mark.parametrize("shapes", [((2,), (3,)), ((2, 3), (2,)), ((0,), (2,))])
def test_shapes_that_do_not_meet_have_none(shapes):
    assert broadcast(*shapes) is None


def test_a_number_has_the_shape_of_a_0d_array():
    assert shape_of(2.5) == shape_of(np.array(2.5)) == ()


@given(pair=hnp.mutually_broadcastable_shapes(num_shapes=1, max_dims=4))
def test_every_entry_gets_the_sum_over_where_it_went(pair):
    like, wide = np.zeros(pair.input_shapes[0]), np.ones((2, *pair.result_shape))
    summed = sum_to(wide, like)
    assert summed.shape == like.shape
    assert (summed == wide.size / like.size).all()
