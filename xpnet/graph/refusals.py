"""What would leave the graph in silence is refused, with what to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from xpnet.layers.widening import is_scalar

__all__ = ["Refusals", "compared", "no_operation"]

OPERATIONS = (
    "+ - * / ** @, x[...], exp, log, relu, sigmoid, sum, mean, max, reshape, transpose and dot"
)


def no_operation(name: str) -> TypeError:
    """The error that says that a function of numbers or arrays is none of graphs."""
    return TypeError(
        f"{name} is no operation of a Variable, which has {OPERATIONS}: write it with these, or "
        "give it the numbers alone, x.value, through which no gradient passes"
    )


def compared(sign: str) -> TypeError:
    """The error that says how to compare."""
    return TypeError(
        f"x {sign} y with a Variable: write x.value {sign} y.value to compare what they hold; "
        "whether both are the same Variable says `x is y`"
    )


class _NoOperationError(AttributeError, TypeError):
    """An attribute of arrays is missing. A TypeError too: CuPy's functions ask for attributes."""


def _comparison(sign: str) -> Callable[[Any, Any], Any]:
    def compare(self: Any, other: Any) -> Any:
        listed = isinstance(other, Sequence) and not isinstance(other, (str, bytes))
        if listed or isinstance(other, Refusals) or hasattr(other, "shape") or is_scalar(other):
            raise compared(sign)
        return NotImplemented

    return compare


class Refusals:
    """What Python and array libraries ask of a value, and a variable does not answer."""

    __slots__ = ()

    # equal values do not make two variables one: a graph asks for the very same
    __hash__ = object.__hash__
    __eq__ = _comparison("==")
    __ne__ = _comparison("!=")
    __lt__ = _comparison("<")
    __le__ = _comparison("<=")
    __gt__ = _comparison(">")
    __ge__ = _comparison(">=")

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a Variable is neither true nor false: compare its value, as in `if x.value > 0`, or "
            "ask `x is None`"
        )

    def __float__(self) -> NoReturn:
        raise no_operation("float(x)")

    def __int__(self) -> NoReturn:
        raise no_operation("int(x)")

    def __complex__(self) -> NoReturn:
        raise no_operation("complex(x)")

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise TypeError(
            "a Variable is not made an array in silence, through which no gradient would pass: "
            "write np.dot(a, x) or a @ x for a.dot(x), and x.value for its numbers"
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        raise _NoOperationError(
            f"a Variable has no {name}, but {OPERATIONS}: write it with these, or ask its value, "
            f"x.value.{name}, through which no gradient passes"
        )
