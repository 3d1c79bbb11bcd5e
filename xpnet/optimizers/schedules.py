"""Schedules: learning rates that change with the step, which each optimizer takes as its `lr`.

They follow from the number of the step alone, counted from 1, so a run that is resumed goes on
with the same rates. A function of your own will do as well, but cannot be saved with a run.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from xpnet.checks import above_zero, from_zero, whole_number
from xpnet.errors import OptionError
from xpnet.optimizers.schedule import Rate, Schedule, checked_rate, rate_at

__all__ = ["constant", "cosine", "joined", "step_decay", "warmup"]


def constant(lr: float) -> Schedule:
    """The same learning rate at each step: a part of `joined`.

    Raises
    ------
    OptionError
        `lr` is no number above 0.

    Examples
    --------
    >>> from xpnet.optimizers.schedules import constant
    >>> constant(0.1)(1000)
    0.1
    """
    return Schedule("constant", _constant, (("lr", above_zero("lr", lr)),))


def _constant(step: int, lr: float) -> float:
    return lr


def step_decay(lr: float, every: int, factor: float = 0.1) -> Schedule:
    """``lr * factor**k``, where `k` grows by 1 after every so many steps.

    Parameters
    ----------
    lr, factor : float
        Above 0.
    every : int
        Steps with one rate.

    Raises
    ------
    OptionError
        An option is no such number.

    Examples
    --------
    >>> from xpnet.optimizers.schedules import step_decay
    >>> schedule = step_decay(0.5, every=10, factor=0.5)
    >>> [schedule(step) for step in (1, 10, 11, 20, 21)]
    [0.5, 0.5, 0.25, 0.25, 0.125]
    """
    lr, every = above_zero("lr", lr), whole_number("every", every)
    options = ("lr", lr), ("every", every), ("factor", above_zero("factor", factor))
    return Schedule("step_decay", _step_decay, options)


def _step_decay(step: int, lr: float, every: int, factor: float) -> float:
    return lr * factor ** ((step - 1) // every)


def cosine(lr: float, steps: int, end: float = 0.0) -> Schedule:
    """Half a wave of the cosine, from `lr` down to `end` in so many steps (Loshchilov and Hutter).

    The first step has `lr`, the one after the last of them `end`, as have all that follow.

    Parameters
    ----------
    lr : float
        Above 0.
    steps : int
    end : float
        From 0 on.

    Raises
    ------
    OptionError
        An option is no such number.

    Examples
    --------
    >>> from xpnet.optimizers.schedules import cosine
    >>> schedule = cosine(0.5, steps=4, end=0.1)
    >>> [round(schedule(step), 3) for step in range(1, 7)]
    [0.5, 0.441, 0.3, 0.159, 0.1, 0.1]
    """
    lr, steps = above_zero("lr", lr), whole_number("steps", steps)
    return Schedule(
        "cosine", _cosine, (("lr", lr), ("steps", steps), ("end", from_zero("end", end)))
    )


def _cosine(step: int, lr: float, steps: int, end: float) -> float:
    done = min(step - 1, steps) / steps
    return end + (lr - end) * (1 + math.cos(math.pi * done)) / 2


def warmup(lr: Rate, steps: int) -> Schedule:
    """The first `steps` steps have ``step / steps`` of the learning rate, the others all of it.

    Parameters
    ----------
    lr : float or callable
        A number above 0, or a schedule, whose steps are counted from the first one too.
    steps : int

    Raises
    ------
    OptionError
        An option is no such number.

    Examples
    --------
    >>> from xpnet.optimizers.schedules import cosine, warmup
    >>> [warmup(0.5, steps=2)(step) for step in (1, 2, 3)]
    [0.25, 0.5, 0.5]
    >>> warmup(cosine(0.5, steps=1000), steps=100)
    warmup(lr=cosine(lr=0.5, steps=1000, end=0.0), steps=100)
    """
    return Schedule(
        "warmup", _warmup, (("lr", checked_rate(lr)), ("steps", whole_number("steps", steps)))
    )


def _warmup(step: int, lr: Rate, steps: int) -> float:
    return rate_at(lr, step) * min(1.0, step / steps)


def joined(schedules: Sequence[Rate], at: Sequence[int]) -> Schedule:
    """One schedule after the other.

    Parameters
    ----------
    schedules : sequence of float or callable
        Each counts its own steps from 1.
    at : sequence of int
        The last step of each but the last, counted over all.

    Raises
    ------
    OptionError
        There are not as many steps as places between schedules, or they do not rise.

    Examples
    --------
    >>> from xpnet.optimizers.schedules import joined, step_decay
    >>> schedule = joined([1.0, step_decay(0.5, every=2, factor=0.5)], at=[3])
    >>> [schedule(step) for step in range(1, 8)]
    [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """
    if not isinstance(schedules, (list, tuple)) or not schedules:
        raise OptionError(
            f"schedules: expected a list of numbers and schedules, got {schedules!r:.100}"
        )
    if not isinstance(at, (list, tuple)) or len(at) != len(schedules) - 1:
        raise OptionError(
            f"at: expected a list of {len(schedules) - 1} steps, one between each two of "
            f"{len(schedules)} schedules, got {at!r:.100}"
        )
    ends = tuple(whole_number(f"at[{k}]", step) for k, step in enumerate(at))
    if any(after <= before for before, after in pairwise(ends)):
        raise OptionError(f"at: expected steps that rise, got {at!r:.100}")
    parts = tuple(checked_rate(lr, f"schedules[{k}]") for k, lr in enumerate(schedules))
    return Schedule("joined", _joined, (("schedules", parts), ("at", ends)))


def _joined(step: int, schedules: tuple[Rate, ...], at: tuple[int, ...]) -> float:
    place = bisect_left(at, step)
    return rate_at(schedules[place], step - (at[place - 1] if place else 0))
