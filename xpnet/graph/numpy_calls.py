"""Functions of NumPy and CuPy on variables: those that graphs have do the operation."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from xpnet.backends import load_backend
from xpnet.graph.refusals import compared, no_operation
from xpnet.layers.broadcasting import shape_of
from xpnet.layers.widening import is_scalar

__all__ = ["NumpyCalls", "called_as_by_numpy", "dot"]

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
"""Functions of two arrays, and the operator of each."""
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
"""What stands behind the array in a call of NumPy's function."""
TAKEN = {"axis", "keepdims", "shape", "axes"}


class NumpyCalls:
    """What NumPy's and CuPy's functions ask of an argument that is no array of theirs."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__":
            raise no_operation(f"np.{ufunc.__name__}.{method}")
        if not _is_of("numpy", ufunc.__name__, ufunc):
            raise no_operation(str(ufunc))
        return _by_name("np", ufunc.__name__, inputs, options)

    def __cupy_override_elementwise_kernel__(
        self, kernel: Any, *inputs: Any, **options: Any
    ) -> Any:
        name = kernel.name.removeprefix("cupy_")
        if not _is_of("cupy", name, kernel):
            raise no_operation(f"cupy's {kernel.name}")
        return _by_name("cupy", name, inputs[: kernel.nin], _with_out(options, inputs, kernel.nin))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        name = function.__name__
        if not _is_of("numpy", name, function):
            raise no_operation(f"{function.__module__}.{name}")
        if name == "dot":
            return dot(*args, **options)
        if name not in PARAMETERS:
            raise no_operation(f"np.{name}")
        x, *others = args or (options.pop("a"),)
        taken = _taken(f"np.{name}", PARAMETERS[name], others, options)
        method = getattr(x, "max" if name == "amax" else name)
        return method(*taken.values()) if name in ("reshape", "transpose") else method(**taken)


def called_as_by_numpy(method: Callable[P, R]) -> Callable[P, R]:
    """A reduction that CuPy's function may call with NumPy's arguments, in NumPy's order."""

    @functools.wraps(method)
    def call(*args: P.args, **options: P.kwargs) -> R:
        if len(args) <= 3 and options.keys() <= TAKEN:
            return method(*args, **options)
        name = method.__name__
        plain: Any = method
        return plain(args[0], **_taken(f"x.{name}", PARAMETERS[name], args[1:], options))  # type: ignore[no-any-return]

    return call


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """``numpy.dot`` of two operands, one of which is a variable.

    For stacks of matrices it is not ``a @ b``: every matrix of `a` meets every matrix of `b`.
    """
    if out is not None:
        raise _no_option("np.dot", "out")
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
    """Whether this is the library's function of that name, and no other of the same name."""
    return getattr(load_backend(library).xp, name, None) is function


def _by_name(library: str, name: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """The operation of this name."""
    if name in COMPARISONS:
        raise compared(COMPARISONS[name])
    if name not in {*OPERATORS, *UNARY, "maximum"}:
        raise no_operation(f"{library}.{name}")
    if options:  # a @= x comes with axes too, of which its writer knows nothing
        raise _no_option(f"{library}.{name}", "out" if "out" in options else min(options))
    if name in UNARY:
        return getattr(inputs[0], UNARY[name])()
    x, y = inputs
    reflected = not isinstance(x, NumpyCalls)
    variable, other = (y, x) if reflected else (x, y)
    if name in OPERATORS:
        return getattr(variable, f"__{'r' * reflected}{OPERATORS[name]}__")(other)
    if not is_scalar(other) or other != 0:
        raise no_operation(f"{library}.maximum(x, y) with a y other than 0")
    return variable.relu()


def _taken(
    name: str, parameters: Sequence[str], args: Sequence[Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """What of a call's arguments counts; what would be ignored is refused."""
    given = dict(zip(parameters, args, strict=False)) | dict(options)
    for option, value in given.items():
        as_ever = value is None or (option == "order" and value == "C")
        if option not in TAKEN and not as_ever:
            raise _no_option(name, option)
    return {option: value for option, value in given.items() if option in TAKEN}


def _with_out(options: Mapping[str, Any], inputs: Sequence[Any], nin: int) -> dict[str, Any]:
    """The options of a CuPy call; what it writes into may stand behind the inputs."""
    return dict(options) | ({"out": inputs[nin]} if len(inputs) > nin else {})


def _no_option(name: str, option: str) -> TypeError:
    return TypeError(
        f"{name} of a Variable takes no {option}=: a graph writes into no array and chooses no "
        "dtype; leave it out (and write a = a + x for a += x)"
    )
