"""fitting_labels: what all takers of labels take, and the words with which they refuse the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, fitting_labels, labels_of_one_row, scores_and_labels
from xpnet.errors import LabelError, ShapeError

INTEGERS = ["int8", "uint8", "int64", "uint64"]


def fitted(backend: Backend, t: Any, shape: tuple[int, ...]) -> Any:
    return fitting_labels(backend, t, shape, "Loss", "scores")


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_are_handed_back_as_they_are(backend: Backend, dtype: str) -> None:
    t = xpnet.asarray([2, 0], dtype)
    assert fitted(backend, t, (2, 3)) is t


@pytest.mark.parametrize("dtype", [*INTEGERS, "bool", "float16", "float32", "float64"])
def test_rows_of_any_dtype_are_handed_back_as_they_are(backend: Backend, dtype: str) -> None:
    t = xpnet.asarray(np.ones((2, 3)), dtype)
    assert fitted(backend, t, (2, 3)) is t


@pytest.mark.parametrize("t", [1, [1], np.uint8(1)], ids=repr)
def test_a_label_of_one_row_is_an_array_of_one(backend: Backend, t: Any) -> None:
    t = xpnet.asarray(t) if isinstance(t, list) else t
    assert xpnet.to_numpy(fitted(backend, t, (3,))).tolist() == [1]


@pytest.mark.parametrize("t", [[0, 1, 0], [[0, 1, 0]]], ids=str)
def test_a_row_of_one_row_is_an_array_of_one_row(backend: Backend, t: Any) -> None:
    assert xpnet.to_numpy(fitted(backend, xpnet.asarray(t), (3,))).tolist() == [[0, 1, 0]]


def test_one_class_of_one_row_is_a_row(backend: Backend) -> None:
    assert fitted(backend, xpnet.asarray([1.0]), (1,)).shape == (1, 1)
    assert fitted(backend, 0, (1,)).shape == (1,)


@pytest.mark.parametrize(
    ("t_shape", "shape"),
    [((3,), (2, 3)), ((2, 2), (2, 3)), ((2, 3, 1), (2, 3)), ((), (2, 3)), ((2,), (3,))],
    ids=str,
)
def test_another_shape_is_refused_with_both(
    backend: Backend, t_shape: tuple[int, ...], shape: tuple[int, ...]
) -> None:
    with pytest.raises(
        ShapeError, match=r"^Loss: t is \(.*\), scores is \(\d, 3\); expected integer"
    ):
        fitted(backend, xpnet.asarray(np.ones(t_shape, int)), shape)


def test_a_number_for_many_rows_is_refused(backend: Backend) -> None:
    with pytest.raises(ShapeError, match=r"^Loss: t is \(\), scores is \(2, 3\)"):
        fitted(backend, 1, (2, 3))


@pytest.mark.parametrize("dtype", ["bool", "float32", "float64"])
@pytest.mark.parametrize(("t", "shape"), [([0, 1], (2, 3)), ([1], (3,))], ids=str)
def test_labels_that_are_no_integers_are_refused_with_the_remedy(
    backend: Backend, t: Any, shape: tuple[int, ...], dtype: str
) -> None:
    with pytest.raises(
        LabelError, match=rf"must be integers, got {dtype}: write xpnet\.asarray\(t"
    ):
        fitted(backend, xpnet.asarray(t, dtype), shape)


def test_scores_and_labels_of_one_row_are_a_batch_of_one(backend: Backend) -> None:
    x = xpnet.asarray([1.0, 2.0, 3.0])
    for t, wanted in ((2, [2]), ([0, 0, 1], [[0, 0, 1]])):
        scores, labels = scores_and_labels(backend, x, xpnet.asarray(t), "Loss")
        assert xpnet.to_numpy(scores).tolist() == [[1, 2, 3]]
        assert xpnet.to_numpy(labels).tolist() == wanted


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (3, 0), (2, 3, 1)], ids=str)
def test_what_are_no_scores_is_refused(backend: Backend, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"^Loss: y is \(.*, t is \(2,\); expected y as \(N, c"):
        scores_and_labels(backend, xpnet.asarray(np.ones(shape)), np.ones(2, int), "Loss", "y")


@pytest.mark.parametrize(
    ("shape", "classes", "wanted"),
    [((), 3, (1,)), ((1,), 3, (1,)), ((1,), 1, (1, 1)), ((3,), 3, (1, 3)), ((1, 3), 3, (1, 3))],
)
def test_labels_of_one_row_take_the_shape_of_a_batch(
    shape: tuple[int, ...], classes: int, wanted: tuple[int, ...]
) -> None:
    assert labels_of_one_row(np.ones(shape), classes).shape == wanted
