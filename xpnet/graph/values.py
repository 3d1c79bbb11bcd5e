"""What a variable may hold: a number of Python, or an array of real numbers of any backend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Number
from typing import Any

from xpnet.backends import backend_of, load_backend
from xpnet.errors import ShapeError
from xpnet.graph.operations import Operation, is_number
from xpnet.layers.broadcasting import sum_to
from xpnet.layers.widening import is_scalar, widened

__all__ = ["arguments", "checked", "constant", "copied", "fitted", "number", "plain", "upstream"]


def checked(value: Any) -> Any:
    """`value`, if a variable may hold it; a scalar of NumPy becomes the 0-d array that it means.

    Raises
    ------
    TypeError
        It is neither, or its entries are not real numbers.
    """
    if is_number(value) and not isinstance(value, bool):
        return value
    wanted = "wanted a number, or an array of a backend: xpnet.asarray(x) makes one"
    if isinstance(value, (bool, complex, str, bytes, list, tuple, dict, set, type(None))):
        shown = repr(value) if isinstance(value, (bool, complex, str, type(None))) else ""
        raise TypeError(f"Variable: got a {type(value).__name__} {shown}".rstrip() + f"; {wanted}")
    if is_scalar(value):
        value = load_backend("numpy").asarray(value)
    backend = backend_of(value, caller="Variable")
    if not backend.is_floating(value) and not backend.is_integer(value):
        raise TypeError(
            f"Variable: got an array of {value.dtype}; wanted floating point numbers or integers: "
            "xpnet.asarray(x, 'float64') converts"
        )
    return value


def constant(value: Any, beside: Sequence[Any]) -> Any:
    """What an expression takes of a number or an array that is no variable: its own.

    An array is copied, since its owner may change it before the backward propagation. A scalar
    of NumPy is beside an array the 0-d array of the same backend, and among numbers a number.

    Parameters
    ----------
    value : number or array
    beside : sequence of numbers and arrays
        The other values in the expression.

    Returns
    -------
    number or array

    Raises
    ------
    TypeError
        It is neither, or its entries are not real numbers.
    """
    checked_value = checked(value)
    if is_number(value):
        return value
    if not is_scalar(value):
        return copied(checked_value)
    arrays = [other for other in beside if not is_number(other)]
    return backend_of(arrays[0]).asarray(value) if arrays else number(value)


def number(value: Any) -> Any:
    """A scalar of NumPy as a number of Python, where Python has one so precise."""
    return value.item() if hasattr(value, "dtype") else value


def arguments(operation: Operation, values: Sequence[Any]) -> Sequence[Any]:
    """The values as the operation computes with them: most take integers as real numbers."""
    return values if operation.keeps_integers else widened(*values)


def plain(result: Any, *operands: Any) -> Any:
    """The result of an operation: of numbers alone a number, else an array."""
    if all(is_number(operand) for operand in operands):
        return result.item() if hasattr(result, "item") else result
    return load_backend("numpy").asarray(result) if isinstance(result, Number) else result


def upstream(dout: Any, y: Any) -> Any:
    """The derivative that a backward propagation starts with, in the shape of `y`.

    Raises
    ------
    ShapeError
        None is given for an array of many entries, or one of another shape.
    MixedBackendError, TypeError
    """
    if is_number(y):
        return _for_number(dout)
    backend = backend_of(y)
    if dout is None and math.prod(y.shape) == 1:
        dout = 1
    if dout is None:
        raise ShapeError(
            f"backward: y has shape {tuple(y.shape)}, of which there is no one derivative: reduce "
            "it with .sum() or .mean(), or give dout of its shape"
        )
    start = checked(dout)
    if is_scalar(dout):
        dout = number(dout)
    else:
        backend_of(start, y, caller="backward", names=("dout", "y"))
        if tuple(dout.shape) != tuple(y.shape):
            raise ShapeError(
                f"backward: dout is {tuple(dout.shape)}, y is {tuple(y.shape)}: they must agree"
            )
    floats = y.dtype if backend.is_floating(y) else backend.dtype("float64")
    made = backend.xp.empty(y.shape, dtype=floats)
    made[...] = dout
    return made


def _for_number(dout: Any) -> Any:
    dout = 1 if dout is None else dout
    start = checked(dout)
    if is_scalar(dout):
        return number(dout)
    if tuple(start.shape) != ():
        raise ShapeError(f"backward: dout is {tuple(start.shape)}, y is one number, and so is dout")
    return start


def fitted(gradient: Any, value: Any) -> Any:
    """A gradient in the shape of the value it belongs to, and in its dtype where that floats."""
    gradient = plain(sum_to(gradient, value), gradient)
    if is_number(gradient) or is_number(value):
        return gradient
    backend = backend_of(value)
    wanted = value.dtype if backend.is_floating(value) else gradient.dtype
    return backend.asarray(gradient, wanted)


def copied(gradient: Any) -> Any:
    """A copy: one gradient is handed on to many, and each may write into its own."""
    return gradient if is_number(gradient) else backend_of(gradient).xp.array(gradient, copy=True)
