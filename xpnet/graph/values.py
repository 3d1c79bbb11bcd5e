"""Values of variables: numbers of Python, or arrays of real numbers on any backend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Number
from typing import Any

from xpnet.backends import backend_of, load_backend
from xpnet.errors import ArgumentTypeError, ShapeError
from xpnet.graph.operations import Operation, is_number
from xpnet.layers.broadcasting import sum_to
from xpnet.layers.widening import is_scalar, widened

__all__ = [
    "arguments",
    "as_value",
    "checked_value",
    "constant",
    "copied",
    "python_number",
    "unbroadcast",
    "upstream",
]


def checked_value(value: Any) -> Any:
    """`value`, if a variable may hold it; a scalar of NumPy becomes a 0-d array.

    Raises
    ------
    ArgumentTypeError
        `value` is neither a number nor an array, or its entries are not real numbers.
    """
    if is_number(value) and not isinstance(value, bool):
        return value
    expected = "expected a number, or an array of a backend: xpnet.asarray(x) makes one"
    if isinstance(value, (bool, complex, str, bytes, list, tuple, dict, set, type(None))):
        shown = repr(value) if isinstance(value, (bool, complex, str, type(None))) else ""
        got = f"{type(value).__name__} {shown}".rstrip()
        raise ArgumentTypeError(f"Variable: {expected}; got a {got}")
    if is_scalar(value):
        value = load_backend("numpy").asarray(value)
    backend = backend_of(value, caller="Variable")
    if not backend.is_floating(value) and not backend.is_integer(value):
        raise ArgumentTypeError(
            "Variable: expected an array of floating-point numbers or integers, got one of "
            f"{value.dtype}: xpnet.asarray(x, 'float64') converts it"
        )
    return value


def constant(value: Any, beside: Sequence[Any]) -> Any:
    """The value of a number or an array that appears in an expression without being a variable.

    An array is copied, since its owner may change it before the backward propagation. A scalar
    of NumPy becomes a 0-d array on the backend of the arrays beside it, or a number if there are
    none.

    Parameters
    ----------
    value : number or array
    beside : sequence of numbers and arrays
        The values of the variables in the expression.

    Returns
    -------
    number or array

    Raises
    ------
    ArgumentTypeError
        `value` is neither a number nor an array, or its entries are not real numbers.
    """
    checked = checked_value(value)
    if is_number(value):
        return value
    if not is_scalar(value):
        return copied(checked)
    arrays = [other for other in beside if not is_number(other)]
    return backend_of(arrays[0]).asarray(value) if arrays else python_number(value)


def python_number(value: Any) -> Any:
    """A scalar of NumPy as a number of Python, if Python has one of its precision."""
    return value.item() if hasattr(value, "dtype") else value


def arguments(operation: Operation, values: Sequence[Any]) -> Sequence[Any]:
    """The values that the operation computes with: most convert integers to real numbers."""
    return values if operation.keeps_integers else widened(*values)


def as_value(result: Any, *operands: Any) -> Any:
    """The result of an operation as a number if all operands are, and as an array otherwise."""
    if all(is_number(operand) for operand in operands):
        return result.item() if hasattr(result, "item") else result
    return load_backend("numpy").asarray(result) if isinstance(result, Number) else result


def upstream(dout: Any, y: Any) -> Any:
    """The gradient that a backward propagation starts with, in the shape of `y`.

    Raises
    ------
    ShapeError
        `dout` is None for an array of many entries, or has another shape.
    MixedBackendError, ArgumentTypeError
    """
    if is_number(y):
        return _for_number(dout)
    backend = backend_of(y)
    if dout is None and math.prod(y.shape) == 1:
        dout = 1
    if dout is None:
        raise ShapeError(
            f"backward: expected y to be one number, got an array of {tuple(y.shape)}: reduce it "
            "with .sum() or .mean(), or give dout of its shape"
        )
    start = checked_value(dout)
    if is_scalar(dout):
        dout = python_number(dout)
    else:
        backend_of(start, y, caller="backward", names=("dout", "y"))
        if tuple(dout.shape) != tuple(y.shape):
            raise ShapeError(
                f"backward: expected dout of the shape of y, {tuple(y.shape)}, got "
                f"{tuple(dout.shape)}"
            )
    floats = y.dtype if backend.is_floating(y) else backend.dtype("float64")
    made = backend.xp.empty(y.shape, dtype=floats)
    made[...] = dout
    return made


def _for_number(dout: Any) -> Any:
    dout = 1 if dout is None else dout
    start = checked_value(dout)
    if is_scalar(dout):
        return python_number(dout)
    if tuple(start.shape) != ():
        raise ShapeError(
            f"backward: expected dout to be one number, as y, got an array of {tuple(start.shape)}"
        )
    return start


def unbroadcast(gradient: Any, value: Any) -> Any:
    """A gradient summed to the shape of its value, and in its dtype if that is floating."""
    gradient = as_value(sum_to(gradient, value), gradient)
    if is_number(gradient) or is_number(value):
        return gradient
    backend = backend_of(value)
    dtype = value.dtype if backend.is_floating(value) else gradient.dtype
    return backend.asarray(gradient, dtype)


def copied(value: Any) -> Any:
    """The value, an array as a copy that shares no memory with it."""
    return value if is_number(value) else backend_of(value).xp.array(value, copy=True)
