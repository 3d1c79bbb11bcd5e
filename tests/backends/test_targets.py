"""Targets: which shapes fit which scores, and what is said of the others."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import fitting_targets, scores_and_targets
from xpnet.errors import ShapeError


@pytest.mark.parametrize(
    ("came", "shape", "made"),
    [
        ((4, 3), (4, 3), (4, 3)),
        ((4,), (4, 1), (4, 1)),
        ((4, 1), (4, 1), (4, 1)),
        ((1,), (1, 1), (1, 1)),
        ((3,), (3,), (1, 3)),
        ((1, 3), (3,), (1, 3)),
        ((), (1,), (1, 1)),
        ((0, 3), (0, 3), (0, 3)),
    ],
    ids=str,
)
def test_targets_that_fit_have_a_row_for_each_row(backend, came, shape, made):
    t = fitting_targets(backend, xpnet.asarray(np.ones(came)), shape, "score")
    assert tuple(t.shape) == made


def test_a_number_is_the_target_of_one_output(backend):
    assert fitting_targets(backend, 2.5, (1,), "score").tolist() == [[2.5]]


@pytest.mark.parametrize(
    ("came", "shape", "wanted"),
    [
        ((4,), (4, 3), r"expected targets \(4, 3\), a number for each output$"),
        ((4, 4), (4, 1), r"expected targets \(4, 1\) or \(4,\), a number"),
        ((2,), (3,), r"expected targets \(3,\), a number"),
    ],
)
def test_others_are_refused_with_both_shapes(backend, came, shape, wanted):
    t = xpnet.asarray(np.ones(came))
    with pytest.raises(ShapeError, match=rf"^score: t is .*, predict\(x\) is .*{wanted}"):
        fitting_targets(backend, t, shape, "score", "predict(x)")


def test_scores_and_targets_come_as_rows(backend):
    x, t = scores_and_targets(backend, xpnet.asarray([1.0, 2.0]), xpnet.asarray([3.0, 4.0]), "L")
    assert (x.tolist(), t.tolist()) == ([[1, 2]], [[3, 4]])
