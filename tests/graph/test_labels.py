"""Values in words."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.graph.labels import label, short_label


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (220.00000000000003, "220"),
        (3.3000000000000003, "3.3"),
        (100, "100"),
        (123456789, "123456789"),
        (10**12, "1e+12"),
        (-0.5, "-0.5"),
        (0.8175744761936437, "0.8176"),
        (1234.5678, "1234.57"),
        (1e-7, "1e-07"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_a_number_has_few_digits(value, words):
    assert label(value) == short_label(value) == words


def test_an_array_shows_shape_and_norm(backend):
    x = xpnet.asarray([[3.0, 0.0], [0.0, 4.0]], dtype="float32")
    assert (label(x), short_label(x)) == ("(2, 2) ‖5‖", "(2, 2)")


def test_the_norm_of_small_integers_does_not_overflow(backend):
    assert label(xpnet.asarray(np.full(4, 200), dtype="uint8")) == "(4,) ‖400‖"


def test_an_array_of_one_entry_without_axes_is_a_number(backend):
    assert label(xpnet.asarray(0.25)) == short_label(xpnet.asarray(0.25)) == "0.25"


def test_no_entries_have_the_norm_0(backend):
    assert label(xpnet.asarray(np.ones((0, 3)))) == "(0, 3) ‖0‖"
