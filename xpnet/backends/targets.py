"""Targets: the one check of the shape of what a regression is to give."""

from __future__ import annotations

from typing import Any

from xpnet.backends.base import Backend
from xpnet.backends.storage import Array
from xpnet.errors import ShapeError

__all__ = ["fitting_targets", "scores_and_targets"]


def scores_and_targets(backend: Backend, x: Array, t: Any, caller: str) -> tuple[Array, Array]:
    """Scores and their targets, both as (N, outputs).

    Parameters
    ----------
    backend : Backend
    x : array, shape (N, outputs) or (outputs,)
    t : as for `fitting_targets`
    caller : str
        What an error calls who was asked.

    Raises
    ------
    ShapeError
        There are no scores, or they are of another shape, or do not fit the targets.
    """
    shape = tuple(x.shape)
    if len(shape) not in (1, 2) or 0 in shape:
        raise ShapeError(
            f"{caller}: x is {shape}, t is {tuple(getattr(t, 'shape', ()))}; expected x as "
            "(N, outputs) with at least one row: no rows have no mean loss"
        )
    return x.reshape(-1, shape[-1]), fitting_targets(backend, t, shape, caller)


def fitting_targets(
    backend: Backend, t: Any, shape: tuple[int, ...], caller: str, name: str = "x"
) -> Array:
    """Targets as (N, outputs), if they fit scores of this shape; nothing is broadcast.

    Parameters
    ----------
    backend : Backend
        Of the scores and of `t`.
    t : array or number
        Real numbers (N, outputs), or (N,) for one output. For one row of scores, (outputs,), a
        row, or a number for one output.
    shape : tuple of int
        Of the scores, (N, outputs) or (outputs,).
    caller, name : str
        What an error calls who was asked, and the scores.

    Raises
    ------
    ShapeError
        `t` is of another shape.
    """
    t = backend.asarray(t)
    rows, outputs = (1, *shape)[-2:]
    came = tuple(t.shape)
    single = len(shape) == 1
    fit: list[tuple[int, ...]] = [(rows, outputs)]
    fit += [(rows,)] if outputs == 1 else []
    fit += [(outputs,)] if single else []
    fit += [()] if single and outputs == 1 else []
    if came not in fit:
        flat = "" if single or outputs > 1 else f" or ({rows},)"
        raise ShapeError(
            f"{caller}: t is {came}, {name} is {shape}; expected targets {shape}{flat}, a number "
            f"for each output{_remedy(backend, t, rows, outputs)}"
        )
    return t.reshape(rows, outputs)


def _remedy(backend: Backend, t: Array, rows: int, outputs: int) -> str:
    """What to say of integers that look like the labels of classes."""
    if outputs > 1 and tuple(t.shape) == (rows,) and backend.is_integer(t):
        return f"; for labels of {outputs} classes end the network in SoftmaxWithLoss"
    return ""
