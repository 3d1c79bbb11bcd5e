"""NumPy's and CuPy's dispatch protocols: their functions of variables make new variables."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from xpnet.backends import load_backend
from xpnet.errors import UnsupportedOperationError
from xpnet.graph.unsupported import comparison_error, unsupported_error
from xpnet.layers.broadcasting import shape_of
from xpnet.layers.widening import is_scalar

__all__ = ["NumpyProtocols", "dot", "with_numpy_arguments"]

P = ParamSpec("P")
R = TypeVar("R")

OPERATORS = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "truediv",
    "true_divide": "truediv",
    "power": "pow",
    "matmul": "matmul",
}
"""The operator of each function of two arrays."""
UNARY = {"negative": "__neg__", "exp": "exp", "log": "log"}
COMPARISONS = {
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
PARAMETERS = {
    "sum": ("axis", "dtype", "out", "keepdims", "initial", "where"),
    "mean": ("axis", "dtype", "out", "keepdims", "where"),
    "max": ("axis", "out", "keepdims", "initial", "where"),
    "amax": ("axis", "out", "keepdims", "initial", "where"),
    "reshape": ("shape", "order", "copy"),
    "transpose": ("axes",),
}
"""The parameters of NumPy's function after the array."""
ACCEPTED = {"axis", "keepdims", "shape", "axes"}


class NumpyProtocols:
    """The methods by which NumPy's and CuPy's functions pass calls to another type of array."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__":
            raise unsupported_error(f"np.{ufunc.__name__}.{method}")
        if not _is_of("numpy", ufunc.__name__, ufunc):
            raise unsupported_error(str(ufunc))
        return _by_name("np", ufunc.__name__, inputs, options)

    def __cupy_override_elementwise_kernel__(
        self, kernel: Any, *inputs: Any, **options: Any
    ) -> Any:
        name = kernel.name.removeprefix("cupy_")
        if not _is_of("cupy", name, kernel):
            raise unsupported_error(f"cupy's {kernel.name}")
        return _by_name("cupy", name, inputs[: kernel.nin], _with_out(options, inputs, kernel.nin))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        name = function.__name__
        if not _is_of("numpy", name, function):
            raise unsupported_error(f"{function.__module__}.{name}")
        if name == "dot":
            return dot(*args, **options)
        if name not in PARAMETERS:
            raise unsupported_error(f"np.{name}")
        x, *others = args or (options.pop("a"),)
        accepted = _accepted(f"np.{name}", PARAMETERS[name], others, options)
        method = getattr(x, "max" if name == "amax" else name)
        if name in ("reshape", "transpose"):
            return method(*accepted.values())
        return method(**accepted)


def with_numpy_arguments(method: Callable[P, R]) -> Callable[P, R]:
    """A reduction that also takes NumPy's other arguments, in its order, as CuPy passes them."""

    @functools.wraps(method)
    def call(*args: P.args, **options: P.kwargs) -> R:
        if len(args) <= 3 and options.keys() <= ACCEPTED:
            return method(*args, **options)
        name = method.__name__
        plain: Any = method
        return plain(args[0], **_accepted(f"x.{name}", PARAMETERS[name], args[1:], options))  # type: ignore[no-any-return]

    return call


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """``numpy.dot`` of two operands, one of which is a variable.

    For stacks of matrices it is not ``a @ b``: it has the product of every matrix of `a` with
    every matrix of `b`.
    """
    if out is not None:
        raise _option_error("np.dot", "out")
    first, second = shape_of(a), shape_of(b)
    if not first or not second:
        return a * b
    if len(second) <= 2:
        return a @ b
    *stack, shared, columns = range(len(second))
    flat = b.transpose(shared, *stack, columns)  # (k, ..., m)
    rest = flat.shape[1:]
    product = a @ flat.reshape(second[-2], math.prod(rest))
    return product.reshape(*first[:-1], *rest)


def _is_of(library: str, name: str, function: Any) -> bool:
    """Whether this is the library's function, and not another's of the same name."""
    return getattr(load_backend(library).xp, name, None) is function


def _by_name(library: str, name: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """The result of the operation with this name."""
    if name in COMPARISONS:
        raise comparison_error(COMPARISONS[name])
    if name not in {*OPERATORS, *UNARY, "maximum"}:
        raise unsupported_error(f"{library}.{name}")
    if options:  # a @= x also passes axes=, which its author did not write
        raise _option_error(f"{library}.{name}", "out" if "out" in options else min(options))
    if name in UNARY:
        return getattr(inputs[0], UNARY[name])()
    x, y = inputs
    reflected = not isinstance(x, NumpyProtocols)
    variable, other = (y, x) if reflected else (x, y)
    if name in OPERATORS:
        return getattr(variable, f"__{'r' * reflected}{OPERATORS[name]}__")(other)
    if not is_scalar(other) or other != 0:
        raise unsupported_error(f"{library}.maximum(x, y) with a y other than 0")
    return variable.relu()


def _accepted(
    name: str, parameters: Sequence[str], args: Sequence[Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments that graphs have; others raise an error unless they are NumPy's defaults."""
    given = dict(zip(parameters, args, strict=False)) | dict(options)
    for option, value in given.items():
        is_default = value is None or (option == "order" and value == "C")
        if option not in ACCEPTED and not is_default:
            raise _option_error(name, option)
    return {option: value for option, value in given.items() if option in ACCEPTED}


def _with_out(options: Mapping[str, Any], inputs: Sequence[Any], nin: int) -> dict[str, Any]:
    """The options of a CuPy call, whose output array may follow the inputs."""
    return dict(options) | ({"out": inputs[nin]} if len(inputs) > nin else {})


def _option_error(name: str, option: str) -> UnsupportedOperationError:
    return UnsupportedOperationError(
        f"{name} of a Variable takes no {option}=: a graph neither writes into arrays nor converts "
        "dtypes; leave it out (and write a = a + x for a += x)"
    )
