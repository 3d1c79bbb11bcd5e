"""Broadcasting, and the way back: what was spread out comes together as a sum."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array

__all__ = ["broadcast", "shape_of", "sum_to"]


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of an array; a number has none."""
    return tuple(getattr(x, "shape", ()))


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that two shapes broadcast to, or None.

    Examples
    --------
    >>> from xpnet.layers.broadcasting import broadcast
    >>> broadcast((4, 1), (3,))
    (4, 3)
    """
    rank = max(len(a), len(b))
    pairs = list(zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True))
    if any(m != n and 1 not in (m, n) for m, n in pairs):
        return None
    return tuple(n if m == 1 else m for m, n in pairs)


def sum_to(gradient: Array, like: Any) -> Array:
    """`gradient` summed over the axes along which `like` was broadcast.

    Parameters
    ----------
    gradient : number or array, in a shape that `like` broadcasts to
    like : number or array

    Returns
    -------
    number or array, in the shape of `like`

    Examples
    --------
    >>> from xpnet.layers.broadcasting import sum_to
    >>> sum_to(np.ones((4, 3)), np.zeros((1, 3)))
    array([[4., 4., 4.]])
    """
    shape, wide = shape_of(like), shape_of(gradient)
    if wide == shape:
        return gradient
    lead = len(wide) - len(shape)
    axes = tuple(range(lead)) + tuple(
        lead + k for k, n in enumerate(shape) if n == 1 and wide[lead + k] != 1
    )
    return gradient.sum(axis=axes).reshape(shape)
