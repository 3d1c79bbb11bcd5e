"""Operations on a variable that no graph records raise an error that says what to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from xpnet.errors import UnsupportedOperationError
from xpnet.layers.widening import is_scalar

__all__ = ["Unsupported", "comparison_error", "unsupported_error"]

OPERATIONS = (
    "+ - * / ** @, x[...], exp, log, relu, sigmoid, sum, mean, max, reshape, transpose and dot"
)


def unsupported_error(name: str) -> UnsupportedOperationError:
    """The error for a function of numbers or arrays that graphs do not have."""
    return UnsupportedOperationError(
        f"{name} is no operation of a Variable, which has {OPERATIONS}: write it with these, or "
        "use the value alone, x.value, through which no gradient passes"
    )


def comparison_error(sign: str) -> UnsupportedOperationError:
    """The error for a comparison of variables."""
    return UnsupportedOperationError(
        f"x {sign} y with a Variable: write x.value {sign} y.value to compare the values, or "
        "`x is y` to ask whether both are the same Variable"
    )


class _NoAttributeError(UnsupportedOperationError, AttributeError):
    """A missing attribute of arrays; a TypeError too, since CuPy's functions read attributes."""


def _comparison(sign: str) -> Callable[[Any, Any], Any]:
    def compare(self: Any, other: Any) -> Any:
        is_list = isinstance(other, Sequence) and not isinstance(other, (str, bytes))
        if is_list or isinstance(other, Unsupported) or hasattr(other, "shape") or is_scalar(other):
            raise comparison_error(sign)
        return NotImplemented

    return compare


class Unsupported:
    """Methods of numbers and arrays that a variable does not have: each raises an error."""

    __slots__ = ()

    # the nodes of a graph are distinguished by identity, not by value
    __hash__ = object.__hash__
    __eq__ = _comparison("==")
    __ne__ = _comparison("!=")
    __lt__ = _comparison("<")
    __le__ = _comparison("<=")
    __gt__ = _comparison(">")
    __ge__ = _comparison(">=")

    def __bool__(self) -> NoReturn:
        raise UnsupportedOperationError(
            "a Variable is neither true nor false: compare its value, as in `if x.value > 0`, or "
            "write `x is None`"
        )

    def __float__(self) -> NoReturn:
        raise unsupported_error("float(x)")

    def __int__(self) -> NoReturn:
        raise unsupported_error("int(x)")

    def __complex__(self) -> NoReturn:
        raise unsupported_error("complex(x)")

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise UnsupportedOperationError(
            "a Variable is not converted to an array, through which no gradient would pass: write "
            "np.dot(a, x) or a @ x for a.dot(x), and x.value for its array"
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise _NoAttributeError(
            f"a Variable has no {name}, but {OPERATIONS}: write it with these, or use the value, "
            f"x.value.{name}, through which no gradient passes"
        )
