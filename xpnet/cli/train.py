"""``xpnet train``: the chapter's run, and its variations (chapter 5.7.4)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

import xpnet
from xpnet.checkpoints import check_folder
from xpnet.cli.goals import CHAPTER_ITERATIONS, goal_of, rest_of
from xpnet.cli.job import Accumulate, Distributed, ending_together, joined
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
from xpnet.cli.stopping import stopped
from xpnet.cli.train_words import headline, last_line, pace, way_on
from xpnet.cli.width import wrapped
from xpnet.errors import NonFiniteLossError, OptionError
from xpnet.optimizers.stored_rate import described_rate
from xpnet.plotting import check_plottable, plot_history
from xpnet.report import check_report
from xpnet.training import Callback, Checkpoint, TensorBoard, Trainer
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
    distributed: Distributed = False,
    accumulate: Accumulate = 1,
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
    comm = joined(distributed, backend)
    with ending_together(comm):
        if not comm.is_main:  # rank 0 alone prints and writes
            json = csv = tensorboard = plot = report = save = None
            quiet = True
        out = prepare(json, plot, save, report, csv=csv)
        if plot:
            check_plottable(plot)
        if report:
            check_report(report)
        callbacks = progress_callback(False if quiet else None, stream=out)
        callbacks += _checkpoints(checkpoint or resume, checkpoint_every, keep)
        callbacks += [TensorBoard(tensorboard)] if tensorboard else []
        goal = goal_of(iterations, epochs)
        options = recorded_options(context)
        comm.agree("xpnet train", {**options, **(goal or {}), "data": None, "resume": resume})
        how = {"capture": capture, "comm": comm, "accumulate": accumulate}
        if resume is None:
            if checkpoint and comm.is_main:
                check_folder(checkpoint, None)
            trainer = new_trainer(options, callbacks, goal, **how)
            goal = goal or {"iterations": CHAPTER_ITERATIONS}
        else:
            trainer, options = resumed_trainer(context, resume, callbacks, **how)
            goal = rest_of(goal, trainer, resume, options[SPAN])
        if not quiet:
            print(wrapped(headline(trainer, options), out), file=out, flush=True)
        document = _document(trainer, options)
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
            trainer.net.save(save)
        write_page(trainer, report)
        if history.interrupted:
            raise InterruptedRunError(f"{pace(history)}{way_on(trainer)}")
        if not quiet:
            print(wrapped(last_line(trainer), out), file=out)
        return 0


def _document(trainer: Trainer, options: dict[str, Any]) -> dict[str, Any]:
    """What the JSON says of a run beside its results."""
    net = trainer.net
    return {
        "xpnet": xpnet.__version__,
        "backend": net.backend.name,
        "device": net.backend.device,
        "processes": trainer.comm.size,
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
