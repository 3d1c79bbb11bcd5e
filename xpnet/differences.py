"""Numerical gradients by central differences, one element at a time (chapter 4.3 and 4.4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from xpnet.backends import Array, backend_of, real_number
from xpnet.checks import is_number
from xpnet.errors import ArgumentTypeError, OptionError
from xpnet.parameters import place_of

__all__ = ["checked_step", "default_step", "numerical_gradient", "perturbed_values"]


def numerical_gradient(f: Callable[[Array], Any], x: Array, *, h: float | None = None) -> Array:
    """``(f(x + h) - f(x - h)) / 2h`` for each element of `x`.

    Parameters
    ----------
    f : callable
        Takes `x`, returns a scalar (a number or a 0-d array). It may as well look at `x` through
        another name, as the chapter's ``lambda W: net.loss(x, t)`` does: `x` is perturbed in place.
    x : array of any shape, floating
        Restored to its exact values, even when `f` raises.
    h : float, optional
        The step; `default_step` by default.

    Returns
    -------
    array, shape and dtype of `x`

    Raises
    ------
    ArgumentTypeError
        `x` is not a floating array: an integer cannot change by `h`. What `f` returns is no
        real number.
    OptionError
        `h` is not a positive number.

    Notes
    -----
    The error is about ``h**2 * f'''(x) / 6``, from the cut Taylor series, plus about
    ``eps * abs(f(x)) / h``, from rounding.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([3.0, 4.0]))
    array([6., 8.])
    """
    backend = backend_of(x, caller="numerical_gradient", names=("x",))
    if not backend.is_floating(x):
        raise ArgumentTypeError(
            f"numerical_gradient: x is {x.dtype}, which cannot change by a small h: "
            "write xpnet.asarray(x, 'float64')"
        )
    h = checked_step(h, x)
    pairs = zip(perturbed_values(f, x, h), perturbed_values(f, x, -h), strict=True)
    slopes = [(above - below) / (2 * h) for above, below in pairs]
    return backend.asarray(slopes, x.dtype).reshape(x.shape)


def perturbed_values(
    f: Callable[[Array], Any], x: Array, h: float, entries: Iterable[int] | None = None
) -> list[float]:
    """``f(x)`` with one element perturbed by `h`, for each element, or each named one in turn.

    Elements are counted in row-major order.
    """
    values = []
    for entry in range(math.prod(x.shape)) if entries is None else entries:
        place = place_of(entry, x.shape)
        saved = x[place].item()  # exact in every dtype
        try:
            x[place] = saved + h
            values.append(real_number(f(x), "numerical_gradient: f(x)"))
        finally:
            x[place] = saved
    return values


def default_step(x: Array) -> float:
    """The step for the dtype of `x`: the chapter's 1e-4 in float64, wider where numbers are coarse.

    The cube root of the dtype's epsilon balances the two errors of a central difference; in
    float64 that would be 6e-6, and the chapter's step leaves more to rounding.
    """
    return max(1e-4, math.pow(backend_of(x).epsilon(x), 1 / 3))


def checked_step(h: float | None, x: Array) -> float:
    """`h`, or the default step.

    Raises
    ------
    OptionError
        `h` is not a positive number.
    """
    if h is None:
        return default_step(x)
    if not is_number(h) or not 0 < h < math.inf:
        raise OptionError(f"h={h!r}: expected a positive number, such as 1e-4")
    return float(h)
