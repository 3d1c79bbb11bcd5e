"""Labels: the one check of their shape, for everything that takes scores and labels."""

from __future__ import annotations

from typing import Any

from xpnet.backends.base import Backend
from xpnet.backends.storage import Array
from xpnet.errors import LabelError, ShapeError

__all__ = ["fitting_labels", "labels_of_one_row", "scores_and_labels"]


def scores_and_labels(
    backend: Backend, x: Array, t: Any, caller: str, name: str = "x"
) -> tuple[Array, Array]:
    """Scores as (N, C), and their labels as a loss takes them: (N,) integers or (N, C) rows.

    Parameters
    ----------
    backend : Backend
    x : array, shape (N, C) or (C,)
        Scores, or probabilities.
    t : as for `fitting_labels`
    caller, name : str
        What an error calls who was asked, and the scores.

    Raises
    ------
    ShapeError
        There are no scores, or they are of another shape, or do not fit the labels.
    LabelError
        `t` is of shape (N,), but not of integers.
    """
    shape = tuple(x.shape)
    if len(shape) not in (1, 2) or 0 in shape:
        raise ShapeError(
            f"{caller}: {name} is {shape}, t is {tuple(getattr(t, 'shape', ()))}; expected "
            f"{name} as (N, classes) with at least one row: no rows have no mean loss"
        )
    return x.reshape(-1, shape[-1]), fitting_labels(backend, t, shape, caller, name)


def labels_of_one_row(t: Array, classes: int) -> Array:
    """What one row of scores, (C,), takes as labels, in the shape of a batch of one row."""
    if t.ndim == 0 or (tuple(t.shape) == (1,) and classes != 1):
        return t.reshape(1)
    return t.reshape(1, -1) if t.ndim == 1 else t


def fitting_labels(
    backend: Backend, t: Any, shape: tuple[int, ...], caller: str, name: str = "x"
) -> Array:
    """Labels as a loss takes them, if they fit scores of this shape.

    That integers are in range is `Backend.check_labels`, which on a device is a wait.

    Parameters
    ----------
    backend : Backend
        Of the scores and of `t`.
    t : array or number
        Integers (N,), or rows (N, C): one-hot, soft, or weights of any mass. For one row of
        scores, (C,), an integer or a row (C,).
    shape : tuple of int
        Of the scores, (N, C) or (C,).
    caller, name : str
        What an error calls who was asked, and the scores.

    Returns
    -------
    array, integers (N,) or rows (N, C); a row of scores counts as (1, C)

    Raises
    ------
    ShapeError
        `t` is of another shape.
    LabelError
        `t` is of shape (N,), but not of integers.
    """
    if len(shape) == 1:
        shape, t = (1, *shape), labels_of_one_row(backend.asarray(t), shape[0])
    came = tuple(getattr(t, "shape", ()))
    if came == shape:
        return t
    if came != shape[:1]:
        raise ShapeError(
            f"{caller}: t is {came}, {name} is {shape}; expected integer labels ({shape[0]},) or "
            f"rows {shape}"
        )
    if not backend.is_integer(t):
        raise LabelError(
            f"{caller}: labels of shape {came} must be integers, got {t.dtype}: "
            "write xpnet.asarray(t, 'int64')"
        )
    return t
