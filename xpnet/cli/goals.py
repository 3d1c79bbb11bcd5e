"""How far ``xpnet train`` goes: what its options say, in steps."""

from __future__ import annotations

from xpnet.checks import check_memory
from xpnet.errors import OptionError
from xpnet.training import Trainer

__all__ = ["CHAPTER_ITERATIONS", "Goal", "goal_of", "rest_of", "steps_of"]

CHAPTER_ITERATIONS = 10_000

Goal = dict[str, int]
"""The iterations or the epochs of a whole run, under that name; empty where none were asked for."""


def goal_of(iterations: int | None, epochs: int | None) -> Goal:
    """The steps or epochs that were asked for, if any were.

    Raises
    ------
    OptionError
    """
    if iterations is not None and epochs is not None:
        raise OptionError("--iterations and --epochs: give one of them")
    name, value = ("iterations", iterations) if epochs is None else ("epochs", epochs)
    if value is None:
        return {}
    if value < 1:
        raise OptionError(f"--{name}: expected a whole number from 1 on, got {value}")
    check_memory(f"--{name} {value}: the loss of every step", 8 * value)
    return {name: value}


def steps_of(goal: Goal, trainer: Trainer) -> int:
    """The steps of a whole run."""
    if "epochs" in goal:
        return goal["epochs"] * trainer.steps_per_epoch
    return goal.get("iterations", trainer.goal or CHAPTER_ITERATIONS)


def rest_of(goal: Goal, trainer: Trainer, path: str, span: int | None) -> Goal:
    """What is left of a whole run, whose goal is given anew or its old one.

    Parameters
    ----------
    goal : dict
    trainer : Trainer
        With what was done.
    path : str
        Of its checkpoint.
    span : int or None
        The steps for which the run has a learning rate, by its schedule.

    Raises
    ------
    OptionError
    """
    steps = steps_of(goal, trainer)
    if steps <= trainer.iteration:
        raise OptionError(
            f"the run in {path} has done {trainer.iteration:,} iterations of {steps:,}: to go on, "
            "give a larger number as --iterations or --epochs"
        )
    if span is not None and steps > span:
        raise OptionError(
            f"the schedule of the run in {path} is for {span:,} iterations: expected at most as "
            f"many, got {steps:,}; for more begin another run"
        )
    return {"iterations": steps - trainer.iteration}
