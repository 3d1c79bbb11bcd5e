"""A part of a batch: layers that draw or count do so as for the whole."""

from __future__ import annotations

import numpy as np

import xpnet
from xpnet.layers import Dropout
from xpnet.layers.part import WHOLE, Part


def test_a_layer_has_the_whole_batch_unless_it_is_told():
    assert Dropout(0.5).part is WHOLE
    assert Part(row=0, goes_on=False) == WHOLE


def test_parts_of_a_batch_have_the_masks_of_the_whole_and_count_once(backend):
    x = xpnet.asarray(np.ones((7, 5)))
    whole, parts = Dropout(0.5, seed=1), Dropout(0.5, seed=1)
    for _ in range(3):
        expected, found = xpnet.to_numpy(whole.forward(x)), []
        for start, stop in [(0, 3), (3, 4), (4, 7)]:
            parts.part = Part(row=start, goes_on=start > 0)
            found.append(xpnet.to_numpy(parts.forward(x[start:stop])))
            again = xpnet.to_numpy(parts.apply_training(x[start:stop]))
            np.testing.assert_array_equal(again, found[-1])
        np.testing.assert_array_equal(np.vstack(found), expected)
        assert xpnet.to_numpy(parts.steps).tolist() == xpnet.to_numpy(whole.steps).tolist()
