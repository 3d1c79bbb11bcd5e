"""``xpnet parity``: a certificate that two backends compute the same, on MNIST images."""

from __future__ import annotations

import platform
from typing import Annotated, Any

import numpy as np
import typer

import xpnet
from xpnet.backends import load_backend, use_backend
from xpnet.cli.network_options import (
    Activation,
    Hidden,
    Init,
    build_network,
    classes_in,
    hidden_sizes,
)
from xpnet.cli.optimizer_options import LearningRate, OptimizerName, build_optimizer
from xpnet.cli.options import BatchSize, DataFolder, JsonPath, Seed, prepare, write_json
from xpnet.datasets import load_mnist
from xpnet.errors import OptionError
from xpnet.parity import certify

__all__ = ["parity"]

PIXEL = 1 / 255


def parity(
    backends: Annotated[
        str, typer.Option(help="Two names with a comma between; the second is held to the first.")
    ] = "numpy,cupy",
    steps: Annotated[int, typer.Option(help="Training steps to compare.")] = 5,
    batch_size: BatchSize = 100,
    optimizer: OptimizerName = "sgd",
    lr: LearningRate = None,
    hidden: Hidden = "50",
    activation: Activation = "relu",
    init: Init = None,
    dtypes: Annotated[
        str, typer.Option(help="float32, float64, or both with a comma between.")
    ] = "float32,float64",
    seed: Seed = 0,
    data: DataFolder = None,
    json: JsonPath = None,
) -> int:
    """Hold every operation of a training step on one backend against another's.

    Each bound is derived from the dtype and the number of operations.

    Exit code 1 if a difference leaves its bound: the first such is named.
    """
    out = prepare(json)
    for name, value in (("steps", steps), ("batch-size", batch_size)):
        if value < 1:
            raise OptionError(f"--{name}: expected a whole number from 1 on, got {value}")
    names, types = _listed(backends), _listed(dtypes)
    if len(names) != 2:
        raise OptionError(f"--backends: expected two names, as numpy,cupy, got {backends}")
    if not set(types) <= {"float32", "float64"}:
        raise OptionError(f"--dtypes: expected float32, float64 or float32,float64, got {dtypes}")
    for name in names:  # one that cannot run is refused before the work
        load_backend(name)
    step, widths = build_optimizer(optimizer, lr), hidden_sizes(hidden)
    with use_backend("numpy"):
        (x, t), _ = load_mnist(normalize=False, root=data)
        if batch_size > x.shape[0]:
            raise OptionError(f"--batch-size: expected 1 to {x.shape[0]}, got {batch_size}")
        pixels, classes = int(x.shape[1]), classes_in(t)
        net = build_network(widths, activation, init, seed, types[0], pixels, classes)
    certificate = certify(
        net,
        (x, t),
        backends=names,
        optimizer=step,
        steps=steps,
        batch_size=batch_size,
        seed=seed,
        scale=PIXEL,
        dtypes=types,
    )
    print(f"{'-'.join(map(str, net.sizes))} network, batches of {batch_size}, {step!r}", file=out)
    print(certificate, file=out)
    document: dict[str, Any] = {
        "xpnet": xpnet.__version__,
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in dict.fromkeys(["numpy", *names])},
        "seed": seed,
        "network": list(net.sizes),
        "activation": activation,
        "optimizer": optimizer,
        "lr": step.lr,
        "batch_size": batch_size,
    }
    write_json(json, {**document, **certificate.as_dict()})
    return 0 if certificate.passed else 1


def _listed(value: str) -> list[str]:
    return [name.strip().lower() for name in value.split(",")]


def _version(backend: str) -> str | None:
    """Of the library under a backend, where it says one; NumPy is on every host."""
    library = np if backend == "numpy" else load_backend(backend).xp
    version = getattr(library, "__version__", None)
    return None if version is None else str(version)
