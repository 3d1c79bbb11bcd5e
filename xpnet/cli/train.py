"""``xpnet train``: the chapter's run, and its variations (chapter 5.7.4)."""

from __future__ import annotations

import math
from typing import Annotated, Any

import typer

import xpnet
from xpnet.backends import set_backend
from xpnet.checks import check_memory
from xpnet.cli.options import (
    DTYPES,
    Activation,
    BackendName,
    BatchSize,
    DataFolder,
    Hidden,
    Init,
    JsonPath,
    LearningRate,
    OptimizerName,
    Seed,
    build_network,
    build_optimizer,
    classes_in,
    hidden_sizes,
    one_of,
    prepare,
    write_json,
)
from xpnet.cli.width import wrapped
from xpnet.datasets import load_mnist
from xpnet.errors import NonFiniteLossError, OptionError
from xpnet.networks import Network
from xpnet.plotting import check_plottable, plot_history
from xpnet.training import History, Trainer
from xpnet.training.progress import progress_callback

__all__ = ["InterruptedRunError", "train"]

CHAPTER_ITERATIONS = 10_000
PIXEL = 1 / 255


class InterruptedRunError(Exception):
    """Ctrl-C ended the training, and all that was asked for is written."""


def train(
    iterations: Annotated[int | None, typer.Option(help="Steps to train. Default: 10000.")] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Epochs to train, instead of iterations.")
    ] = None,
    batch_size: BatchSize = 100,
    optimizer: OptimizerName = "sgd",
    lr: LearningRate = None,
    hidden: Hidden = "50",
    activation: Activation = "relu",
    init: Init = None,
    dtype: Annotated[str, one_of(DTYPES, "What is computed with.")] = "float32",
    seed: Seed = 0,
    replacement: Annotated[
        bool,
        typer.Option("--replacement", help="Draw each batch from all images, as the chapter does."),
    ] = False,
    threads: Annotated[
        int | None,
        typer.Option(help="Threads of BLAS on the CPU. Default: one for small networks, else all."),
    ] = None,
    backend: BackendName = "auto",
    data: DataFolder = None,
    json: JsonPath = None,
    plot: Annotated[
        str | None, typer.Option(help="Draw loss and accuracy to this .png or .svg.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> int:
    """Train a network on MNIST. With no options: the chapter's run."""
    out = prepare(json, plot)
    if plot:
        check_plottable(plot)
    where = set_backend(backend)
    step, widths = build_optimizer(optimizer, lr), hidden_sizes(hidden)
    goal = _goal(iterations, epochs)
    train_set, test_set = load_mnist(normalize=False, root=data)
    pixels, classes = int(train_set[0].shape[1]), classes_in(train_set[1], test_set[1])
    net = build_network(widths, activation, init, seed, dtype, pixels, classes)
    trainer = Trainer(
        net,
        step,
        train_set,
        test=test_set,
        batch_size=batch_size,
        seed=seed,
        scale=PIXEL,
        replacement=replacement,
        callbacks=progress_callback(False if quiet else None, stream=out),
        progress=False,
        threads=threads,
    )
    if not quiet:
        print(wrapped(_headline(net, trainer), out), file=out, flush=True)
    document = {
        "xpnet": xpnet.__version__,
        "backend": where.name,
        "device": where.device,
        "dtype": str(net.dtype),
        "seed": seed,
        "network": list(net.sizes),
        "activation": activation,
        "optimizer": optimizer,
        "lr": step.lr,
        "batch_size": batch_size,
        "replacement": replacement,
    }
    try:
        history = trainer.run(**goal)
    except NonFiniteLossError as error:
        write_json(json, {**document, **_results(trainer.history), "error": str(error)})
        raise
    write_json(json, {**document, **_results(history)})
    if plot:
        plot_history(history, plot)
    if history.interrupted:
        raise InterruptedRunError(f"interrupted after {_pace(history)}")
    if not quiet:
        print(wrapped(_lastline(history), out), file=out)
    return 0


def _goal(iterations: int | None, epochs: int | None) -> dict[str, int]:
    if iterations is not None and epochs is not None:
        raise OptionError("--iterations and --epochs: give one of them")
    name, value = ("iterations", iterations) if epochs is None else ("epochs", epochs)
    if value is None:
        value = CHAPTER_ITERATIONS
    if value < 1:
        raise OptionError(f"--{name}: expected a whole number from 1 on, got {value}")
    check_memory(f"--{name} {value}: the loss of every step", 8 * value)
    return {name: value}


def _headline(net: Network, trainer: Trainer) -> str:
    rows, sizes = int(trainer.train[0].shape[0]), "-".join(map(str, net.sizes))
    return (
        f"{sizes} network, {net.params.count:,} parameters, {net.dtype}, on "
        f"{net.backend.name} ({net.backend.device}); {rows:,} images, "
        f"batches of {trainer.batch_size}, {trainer.optimizer!r}"
    )


def _lastline(history: History) -> str:
    accuracy = 0 if history.final is None else history.final.test_accuracy or 0
    return f"{_pace(history)}; test accuracy {100 * accuracy:.2f} %"


def _pace(history: History) -> str:
    """Steps, the time they took without evaluation, and both as one number."""
    steps, speed = f"{len(history.losses):,} iterations", _rounded(history.steps_per_second)
    return f"{steps} in {_rounded(history.step_seconds)} s ({speed} steps a second)"


def _rounded(value: float) -> str:
    """A number with three digits that count, so that others made of it agree."""
    decimals = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"


def _results(history: History) -> dict[str, Any]:
    records = history.as_dicts()
    return {
        "iterations": len(history.losses),
        "interrupted": history.interrupted,
        "seconds": history.seconds,
        "steps_per_second": history.steps_per_second,
        "history": records,
        "final": records[-1] if records else None,
    }
