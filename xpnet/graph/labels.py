"""Values in words: a number as its digits, an array as its shape and norm."""

from __future__ import annotations

import math
from typing import Any

from xpnet.backends import backend_of
from xpnet.graph.operations import is_number
from xpnet.layers.broadcasting import shape_of

__all__ = ["label", "short_label"]


def label(value: Any) -> str:
    """A number with few digits, or the shape and the Euclidean norm of an array.

    Examples
    --------
    >>> from xpnet.graph.labels import label
    >>> label(220.00000000000003)
    '220'
    >>> label(np.full((2, 8), 0.5))
    '(2, 8) ‖2‖'
    """
    if is_number(value):
        return _digits(value)
    backend = backend_of(value)
    entries = backend.asarray(value, backend.dtype("float64"))
    if shape_of(value) == ():
        return _digits(float(entries))
    return f"{shape_of(value)} ‖{_digits(math.sqrt(float((entries * entries).sum())))}‖"


def short_label(value: Any) -> str:
    """The same, of an array the shape alone, for formulas."""
    return label(value) if shape_of(value) == () else str(shape_of(value))


def _digits(number: float) -> str:
    if isinstance(number, int) and abs(number) < 10**9:
        return str(number)
    return f"{number:.4g}" if abs(number) < 1000 else f"{number:.6g}"
