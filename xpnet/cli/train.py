"""``xpnet train``: the chapter's run, and its variations (chapter 5.7.4)."""

from __future__ import annotations

import math
from typing import Annotated, Any

import typer

import xpnet
from xpnet.backends import set_backend
from xpnet.checkpoints import check_folder
from xpnet.cli.goals import CHAPTER_ITERATIONS, goal_of, rest_of
from xpnet.cli.network_options import (
    Activation,
    BatchNormalisation,
    DropoutRate,
    Hidden,
    Init,
)
from xpnet.cli.optimizer_options import (
    LearningRate,
    OptimizerName,
    ScheduleName,
    Warmup,
    WeightDecay,
)
from xpnet.cli.options import (
    DTYPES,
    BackendName,
    BatchSize,
    DataFolder,
    JsonPath,
    Patience,
    Seed,
    Validation,
    one_of,
    prepare,
)
from xpnet.cli.outcome import write_history, write_page
from xpnet.cli.runs import SPAN, new_trainer, recorded_options, resumed_trainer
from xpnet.cli.stopping import best_record, stopped
from xpnet.cli.width import wrapped
from xpnet.errors import NonFiniteLossError, OptionError
from xpnet.optimizers.stored_rate import described_rate
from xpnet.plotting import check_plottable, plot_history
from xpnet.report import check_report
from xpnet.training import Callback, Checkpoint, History, TensorBoard, Trainer
from xpnet.training.progress import progress_callback

__all__ = ["InterruptedRunError", "train"]

OCCASIONAL = "validation", "dropout", "batch_norm", "weight_decay"
"""The options of which the JSON tells only where they are given."""


class InterruptedRunError(Exception):
    """Ctrl-C or SIGTERM ended the training, and all that was asked for is written."""


def train(
    context: typer.Context,
    iterations: Annotated[int | None, typer.Option(help="Steps to train. Default: 10000.")] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs to train, instead of iterations.")
    ] = None,
    batch_size: BatchSize = 100,
    optimizer: OptimizerName = "sgd",
    lr: LearningRate = None,
    schedule: ScheduleName = "constant",
    warmup: Warmup = None,
    weight_decay: WeightDecay = None,
    hidden: Hidden = "50",
    activation: Activation = "relu",
    init: Init = None,
    dropout: DropoutRate = None,
    batch_norm: BatchNormalisation = False,
    dtype: Annotated[str, one_of(DTYPES, "What is computed with.")] = "float32",
    seed: Seed = 0,
    replacement: Annotated[
        bool,
        typer.Option("--replacement", help="Draw each batch from all images, as the chapter does."),
    ] = False,
    validation: Validation = None,
    early_stopping: Patience = None,
    threads: Annotated[
        int | None,
        typer.Option(help="Threads of BLAS on the CPU. Default: one for small networks, else all."),
    ] = None,
    capture: Annotated[
        bool | None,
        typer.Option(
            "--capture/--no-capture",
            help="Whether a step is captured, to be one launch on a GPU. Default: where it can.",
        ),
    ] = None,
    backend: BackendName = "auto",
    data: DataFolder = None,
    save: Annotated[
        str | None, typer.Option(help="Save the trained network to this .safetensors.")
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(help="Save the run in this folder while it goes on.")
    ] = None,
    checkpoint_every: Annotated[
        int | None,
        typer.Option(help="Steps from one checkpoint to the next. Default: those of an epoch."),
    ] = None,
    keep: Annotated[
        int | None, typer.Option(help="Checkpoints that stay in the folder. Default: 2.")
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            help="Go on with the run in this folder, with its options. "
            "--iterations and --epochs are then those of the whole run."
        ),
    ] = None,
    json: JsonPath = None,
    csv: Annotated[
        str | None, typer.Option(help="Write the records as CSV to this path; - is stdout.")
    ] = None,
    tensorboard: Annotated[
        str | None, typer.Option(help="Write the run for TensorBoard into this folder.")
    ] = None,
    plot: Annotated[
        str | None, typer.Option(help="Draw loss and accuracy to this .png or .svg.")
    ] = None,
    report: Annotated[
        str | None, typer.Option(help="Write a page about the run to this .html.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> int:
    """Train a network on MNIST. With no options: the chapter's run."""
    out = prepare(json, plot, save, report, csv=csv)
    if plot:
        check_plottable(plot)
    if report:
        check_report(report)
    callbacks = progress_callback(False if quiet else None, stream=out)
    callbacks += _checkpoints(checkpoint or resume, checkpoint_every, keep)
    callbacks += [TensorBoard(tensorboard)] if tensorboard else []
    where = set_backend(backend)
    goal = goal_of(iterations, epochs)
    if resume is None:
        if checkpoint:
            check_folder(checkpoint, None)
        options = recorded_options(context)
        trainer = new_trainer(options, callbacks, capture, goal)
        goal = goal or {"iterations": CHAPTER_ITERATIONS}
    else:
        trainer, options = resumed_trainer(context, resume, callbacks, capture)
        goal = rest_of(goal, trainer, resume, options[SPAN])
    net = trainer.net
    if not quiet:
        print(wrapped(_headline(trainer, options), out), file=out, flush=True)
    document = {
        "xpnet": xpnet.__version__,
        "backend": where.name,
        "device": where.device,
        "dtype": str(net.dtype),
        "seed": options["seed"],
        "network": list(net.sizes),
        "activation": options["activation"],
        "optimizer": options["optimizer"],
        "lr": described_rate(trainer.optimizer.lr),
        "batch_size": trainer.batch_size,
        "replacement": trainer.replacement,
        "resumed_at": trainer.iteration or None,
        **{name: options[name] for name in OCCASIONAL if options[name]},
    }
    try:
        history = trainer.run(**goal)
    except NonFiniteLossError as error:
        write_history(trainer.history, {**document, "error": str(error)}, json, csv)
        write_page(trainer, report)
        raise
    document["captured"] = trainer.captured
    document |= stopped(trainer)
    write_history(history, document, json, csv)
    if plot:
        plot_history(history, plot)
    if save:
        net.save(save)
    write_page(trainer, report)
    if history.interrupted:
        raise InterruptedRunError(f"{_pace(history)}{_way_on(trainer)}")
    if not quiet:
        print(wrapped(_lastline(trainer), out), file=out)
    return 0


def _checkpoints(folder: str | None, every: int | None, keep: int | None) -> list[Callback]:
    """The callback that saves the run, in a list."""
    if folder is None:
        for name, value in (("--checkpoint-every", every), ("--keep", keep)):
            if value is not None:
                raise OptionError(f"{name} {value}: expected --checkpoint or --resume with it")
        return []
    for name, value in (("--checkpoint-every", every), ("--keep", keep)):
        if value is not None and value < 1:
            raise OptionError(f"{name}: expected a whole number from 1 on, got {value}")
    return [Checkpoint(folder, every=every, keep=2 if keep is None else keep)]


def _headline(trainer: Trainer, options: dict[str, Any]) -> str:
    net, held = trainer.net, trainer.validation
    rows, sizes = int(trainer.train[0].shape[0]), "-".join(map(str, net.sizes))
    more = "" if held is None else f" and {int(held[0].shape[0]):,} held back"
    parts = ["batch normalisation"] if options["batch_norm"] else []
    parts += [f"dropout {options['dropout']:g}"] if options["dropout"] else []
    made = f" with {' and '.join(parts)}" if parts else ""
    return (
        f"{sizes} network{made}, {net.params.count:,} parameters, {net.dtype}, on "
        f"{net.backend.name} ({net.backend.device}); {rows:,} images{more}, "
        f"batches of {trainer.batch_size}, {trainer.optimizer!r}{_begun(trainer)}"
    )


def _begun(trainer: Trainer) -> str:
    """Where a run goes on that has begun before."""
    if trainer.checkpoint is None:
        return ""
    return f"; from iteration {trainer.iteration:,}, of {trainer.checkpoint}"


def _way_on(trainer: Trainer) -> str:
    """What goes on with a run that was checkpointed."""
    if trainer.checkpoint is None:
        return ""
    return f"; to go on: xpnet train --resume {trainer.checkpoint.parent}"


def _lastline(trainer: Trainer) -> str:
    record = best_record(trainer)
    accuracy = 0 if record is None else record.test_accuracy or 0
    best = ""
    if record is not None and record is not trainer.history.final:
        best = f"; the network is that of epoch {record.epoch}, whose validation loss was best"
    return f"{_pace(trainer.history)}{best}; test accuracy {100 * accuracy:.2f} %"


def _pace(history: History) -> str:
    """Steps, the time they took without evaluation, and both as one number."""
    steps, speed = f"{len(history.losses):,} iterations", _rounded(history.steps_per_second)
    return f"{steps} in {_rounded(history.step_seconds)} s ({speed} steps a second)"


def _rounded(value: float) -> str:
    """A number with three digits that count, so that others made of it agree."""
    decimals = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"
