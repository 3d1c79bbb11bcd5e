"""Schedule: a learning rate that is a function of the step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from xpnet.checks import above_zero, is_number
from xpnet.errors import OptionError

__all__ = ["Rate", "Schedule", "checked_rate", "rate_at", "rate_text"]

Rate: TypeAlias = float | Callable[[int], float]
"""A learning rate: a number, or a function of the step, counted from 1."""


@dataclass(frozen=True, repr=False)
class Schedule:
    """A learning rate that follows from the number of the step; see `xpnet.optimizers.schedules`.

    Two that were made alike are equal. It can be pickled, and is saved with a run.

    Parameters
    ----------
    name : str
        Of the function that makes it.
    formula : callable
        ``formula(step, **options)`` gives the learning rate of a step.
    options : tuple of (str, value)
        Numbers, schedules, or tuples of them.

    Examples
    --------
    >>> from xpnet.optimizers import schedules
    >>> schedule = schedules.cosine(0.5, steps=100)
    >>> schedule
    cosine(lr=0.5, steps=100, end=0.0)
    >>> [round(schedule(step), 3) for step in (1, 51, 101)]
    [0.5, 0.25, 0.0]
    >>> schedule == schedules.cosine(0.5, steps=100)
    True
    """

    name: str
    formula: Callable[..., float]
    options: tuple[tuple[str, Any], ...]

    def __call__(self, step: int) -> float:
        """The learning rate of step number `step`, counted from 1."""
        return self.formula(step, **dict(self.options))

    def __repr__(self) -> str:
        options = (f"{name}={_text(value)}" for name, value in self.options)
        return f"{self.name}({', '.join(options)})"


def checked_rate(lr: Any, name: str = "lr") -> Rate:
    """A learning rate, if it is a number above 0 or a function whose first step has one.

    Raises
    ------
    OptionError
    """
    if not callable(lr):
        return above_zero(name, lr)
    rate_at(lr, 1)
    made: Rate = lr
    return made


def rate_at(lr: Rate, step: int) -> float:
    """The learning rate of a step, counted from 1.

    Raises
    ------
    OptionError
        A function gives something else than a number from 0 on.
    """
    if not callable(lr):
        return lr
    rate = lr(step)
    if not is_number(rate) or not 0 <= rate < math.inf:
        raise OptionError(
            f"lr: expected a number from 0 on at step {step}, got {rate!r:.100} from "
            f"{rate_text(lr)}"
        )
    return float(rate)


def rate_text(lr: Any) -> str:
    """A learning rate as messages show it.

    Examples
    --------
    >>> rate_text(0.100), rate_text(lambda step: 0.5 / step)
    ('0.1', '<lambda>')
    """
    return f"{lr:g}" if is_number(lr) else _text(lr)


def _text(value: Any) -> str:
    """A value as `repr` has it, a function by its name."""
    if callable(value) and not isinstance(value, Schedule):
        return str(getattr(value, "__name__", None) or repr(value))
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    return repr(value)
