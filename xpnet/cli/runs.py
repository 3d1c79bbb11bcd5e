"""The trainer that the options of ``xpnet train`` describe, new or from a checkpoint."""

from __future__ import annotations

from typing import Any

import typer

from xpnet.cli.goals import Goal, steps_of
from xpnet.cli.network_options import build_network, classes_in, hidden_sizes
from xpnet.cli.optimizer_options import build_optimizer, scheduled
from xpnet.cli.stopping import check_stopping, stopping
from xpnet.datasets import load_mnist
from xpnet.errors import CheckpointError, OptionError
from xpnet.training import Callback, Trainer
from xpnet.training.stored_run import StoredRun

__all__ = ["SPAN", "new_trainer", "recorded_options", "resumed_trainer"]

PIXEL = 1 / 255
COMMAND = "xpnet train"
"""Under which the notes of a checkpoint have the options of the command."""
RECORDED = (
    "batch_size",
    "optimizer",
    "lr",
    "hidden",
    "activation",
    "init",
    "dtype",
    "seed",
    "replacement",
    "threads",
    "data",
    "validation",
    "early_stopping",
    "dropout",
    "batch_norm",
    "weight_decay",
    "schedule",
    "warmup",
)
"""The options that decide what a run computes, by their names in the command."""
SPAN = "schedule_steps"
"""Under which the options that are kept have the steps that a schedule is for."""
LATER: dict[str, Any] = {
    "validation": None,
    "early_stopping": None,
    "dropout": None,
    "batch_norm": False,
    "weight_decay": None,
    "schedule": "constant",
    "warmup": None,
    SPAN: None,
}
"""What earlier versions did not keep, and what they did."""


def recorded_options(context: typer.Context) -> dict[str, Any]:
    """Those of the command's options that decide what a run computes."""
    return {name: context.params[name] for name in RECORDED}


def new_trainer(
    options: dict[str, Any],
    callbacks: list[Callback],
    goal: Goal,
    **how: Any,
) -> Trainer:
    """A network on MNIST, or on data of one's own, before its first step.

    Parameters
    ----------
    options : dict
        Those that are recorded.
    callbacks : list of Callback
    goal : Goal
    **how
        Options of the trainer that change nothing but how it computes.

    Raises
    ------
    OptionError, DataError
    """
    check_stopping(options["early_stopping"], options["validation"])
    step = build_optimizer(options["optimizer"], options["lr"], options["weight_decay"])
    widths = hidden_sizes(options["hidden"])
    train, test = load_mnist(normalize=False, root=options["data"])
    pixels, classes = int(train[0].shape[1]), classes_in(train[1], test[1])
    drawn = options["activation"], options["init"], options["seed"], options["dtype"]
    more = {name: options[name] for name in ("dropout", "batch_norm")}
    net = build_network(widths, *drawn, pixels, classes, **more)
    net.class_names = map(str, range(classes))
    trainer = Trainer(
        net,
        step,
        train,
        test=test,
        validation=options["validation"],
        batch_size=options["batch_size"],
        seed=options["seed"],
        scale=PIXEL,
        replacement=options["replacement"],
        callbacks=stopping(options["early_stopping"]) + callbacks,
        progress=False,
        threads=options["threads"],
        **how,
    )
    _check_last_batch(trainer, options)
    steps = steps_of(goal, trainer)
    step.lr = scheduled(step.rate(1), options["schedule"], options["warmup"], steps)
    span = None if options["schedule"] == "constant" else steps
    trainer.notes[COMMAND] = {**options, SPAN: span}
    return trainer


def _check_last_batch(trainer: Trainer, options: dict[str, Any]) -> None:
    """Refuse before the first epoch what its last batch would."""
    batches, rows = trainer.batches, int(trainer.train[0].shape[0])
    last = batches.size if batches.full == batches.an_epoch else rows % batches.size
    if options["batch_norm"] and last == 1:
        raise OptionError(
            f"--batch-size {batches.size}: expected two images at least in each batch with "
            f"--batch-norm, got one in the last of {rows:,} images: choose another size"
        )


def resumed_trainer(
    context: typer.Context, path: str, callbacks: list[Callback], **how: Any
) -> tuple[Trainer, dict[str, Any]]:
    """The trainer in a checkpoint, and the options that its run was begun with.

    Raises
    ------
    OptionError
        An option is given that the run was begun with otherwise.
    CheckpointError, DataError
    """
    saved = StoredRun(path)
    options = saved.run.part("notes").get(COMMAND, dict, optional=True)
    options = options and {**LATER, **options}
    if options is None or set(options) != {*RECORDED, SPAN}:
        raise CheckpointError(
            f"{path} was not written by {COMMAND}: go on with it in a script, by Trainer.resume"
        )
    for name in _given(context):
        given, had = context.params[name], options[name]
        if given != had and name != "data":  # data may have been moved, and are checked themselves
            flag = f"--{name.replace('_', '-')}"
            begun = f"without {flag}" if had is None or had is False else f"with {had}"
            value = "" if given is True else f" {given}"
            raise OptionError(f"{flag}{value}: the run in {path} was begun {begun}; leave it out")
    data = context.params["data"] or options["data"]
    sets = load_mnist(normalize=False, root=data)
    callbacks = stopping(options["early_stopping"]) + callbacks
    trainer = Trainer.resume(path, *sets, callbacks=callbacks, progress=False, **how)
    return trainer, options


def _given(context: typer.Context) -> list[str]:
    """The recorded options that the command line names."""
    sources = {name: context.get_parameter_source(name) for name in RECORDED}
    return [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]
