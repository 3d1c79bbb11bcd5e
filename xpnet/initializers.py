"""Initial weights: drawn on the host in float64, so a seed means the same on every backend."""

from __future__ import annotations

import contextlib
import math
from typing import Any, TypeAlias

import numpy as np

from xpnet.backends import Array, asarray, get_backend, hidden_meaning
from xpnet.checks import check_memory
from xpnet.errors import OptionError

__all__ = ["Seed", "floating", "scale_of", "seeded", "weights", "zeros"]

Seed: TypeAlias = int | np.random.Generator | None
"""What a draw of random numbers starts from; None is a new one at each call."""


def seeded(seed: Seed) -> np.random.Generator:
    """A generator from a seed; a generator is passed through, None draws fresh entropy.

    Raises
    ------
    OptionError
        `seed` is none of these, or negative.

    Examples
    --------
    >>> seeded(0).integers(10), seeded(0).integers(10)
    (np.int64(8), np.int64(8))
    """
    if hidden_meaning(seed) is None:  # NumPy takes rows of a matrix without end
        with contextlib.suppress(TypeError, ValueError):
            return np.random.default_rng(seed)
    raise OptionError(f"seed: expected None, an integer from 0 on, or a Generator, got {seed!r}")


def scale_of(init: float | str, fan_in: int) -> float:
    """The standard deviation of a layer's initial weights.

    Parameters
    ----------
    init : float, "he" or "xavier"
        A number is the standard deviation itself. ``"he"`` is ``sqrt(2 / fan_in)``, for ReLU
        (He et al., 2015, arXiv:1502.01852); ``"xavier"`` is ``sqrt(1 / fan_in)``, for the
        sigmoid (Glorot and Bengio, 2010, with equal fans).
    fan_in : int
        How many inputs feed each unit.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> scale_of("he", 50)
    0.2
    """
    if init == "he":
        return math.sqrt(2 / fan_in)
    if init == "xavier":
        return math.sqrt(1 / fan_in)
    if isinstance(init, bool) or not isinstance(init, (int, float)) or not 0 <= init < math.inf:
        raise OptionError(
            f"weight init: expected 'he', 'xavier' or a standard deviation from 0 on, got {init!r}"
        )
    return float(init)


def weights(
    rng: np.random.Generator, fan_in: int, fan_out: int, init: float | str, dtype: str
) -> Array:
    """Normal weights of shape (fan_in, fan_out), mean 0, on the current backend.

    Raises
    ------
    OptionError
        No memory holds them.

    Examples
    --------
    >>> weights(seeded(0), 784, 50, "he", "float32").shape
    (784, 50)
    """
    # as they are drawn, in float64, and as they are returned
    check_memory(f"weights of shape ({fan_in}, {fan_out})", int(fan_in) * int(fan_out) * (8 + 4))
    return asarray(rng.normal(0.0, scale_of(init, fan_in), (fan_in, fan_out)), dtype)


def zeros(size: int, dtype: str) -> Array:
    """Zeros of shape (size,), on the current backend.

    Raises
    ------
    OptionError
        No memory holds them.

    Examples
    --------
    >>> zeros(3, "float32")
    array([0., 0., 0.], dtype=float32)
    """
    check_memory(f"zeros of shape ({size},)", int(size) * (8 + 4))
    return asarray(np.zeros(size), dtype)


def floating(dtype: Any) -> Any:
    """The current backend's dtype of this name, if parameters can be of it.

    Parameters
    ----------
    dtype : "float32" or "float64"
        The name, or the dtype itself.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> floating("float32")
    dtype('float32')
    """
    backend = get_backend()
    try:
        made = backend.dtype("none" if dtype is None else dtype)  # None would be float64
        known = made in map(backend.dtype, ("float32", "float64"))
    except (TypeError, AttributeError):
        known = False
    if not known:
        raise OptionError(f"dtype={dtype!r}: expected 'float32' or 'float64'")
    return made
