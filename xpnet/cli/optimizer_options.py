"""Options of an optimizer, and the optimizer that they describe."""

from __future__ import annotations

import math
from typing import Annotated, Any

import typer

from xpnet.cli.options import one_of
from xpnet.errors import OptionError
from xpnet.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
    schedules,
)
from xpnet.optimizers.schedule import Rate
from xpnet.optimizers.weight_decay import DecayingOptimizer

__all__ = [
    "LearningRate",
    "OptimizerName",
    "ScheduleName",
    "Warmup",
    "WeightDecay",
    "build_optimizer",
    "scheduled",
]

OPTIMIZERS: dict[str, Any] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}
CHAPTER_LR = 0.1
SCHEDULES = "constant", "step", "cosine"
PIECES = 3
"""Parts of a run between which the learning rate falls, in the schedule "step"."""

OptimizerName = Annotated[str, one_of(OPTIMIZERS, "How the parameters are updated.")]
LearningRate = Annotated[
    float | None,
    typer.Option(help="Learning rate. Default: 0.1 for sgd, else the optimizer's own."),
]
WeightDecay = Annotated[
    float | None,
    typer.Option(help="How much the weights are pulled to 0. Default: 0.01 for adamw, else 0."),
]
ScheduleName = Annotated[
    str,
    one_of(
        SCHEDULES,
        "How the learning rate changes over the run: step divides it by 10 after each third, "
        "cosine lets it fall to 0.",
    ),
]
Warmup = Annotated[
    int | None,
    typer.Option(help="Steps at the start in which the learning rate rises from 0."),
]


def build_optimizer(name: str, lr: float | None, weight_decay: float | None = None) -> Optimizer:
    """The optimizer that the options describe.

    Raises
    ------
    OptionError
    """
    kind, options = OPTIMIZERS[name], {"lr": lr, "weight_decay": weight_decay}
    if weight_decay is not None and not issubclass(kind, DecayingOptimizer):
        able = (each for each, kind in OPTIMIZERS.items() if issubclass(kind, DecayingOptimizer))
        raise OptionError(
            f"--weight-decay {weight_decay}: expected one of the optimizers {', '.join(able)} with "
            f"it, got {name}, which has none"
        )
    if lr is None and name == "sgd":
        options["lr"] = CHAPTER_LR
    made: Optimizer = kind(**{name: value for name, value in options.items() if value is not None})
    return made


def scheduled(lr: float, schedule: str, warmup: int | None, steps: int) -> Rate:
    """The learning rate of a run of so many steps.

    Raises
    ------
    OptionError
    """
    rate: Rate = lr
    if schedule == "step":
        rate = schedules.step_decay(lr, every=math.ceil(steps / PIECES))
    elif schedule == "cosine":
        rate = schedules.cosine(lr, steps=steps)
    if warmup is None:
        return rate
    if not 1 <= warmup <= steps:
        raise OptionError(
            f"--warmup: expected a whole number from 1 to the {steps:,} steps of the run, "
            f"got {warmup}"
        )
    return schedules.warmup(rate, steps=warmup)
