"""``xpnet gradcheck``: backpropagation against numerical gradients (chapter 5.7.3)."""

from __future__ import annotations

from typing import Annotated

import typer

import xpnet
from xpnet.backends import set_backend
from xpnet.cli.network_options import Activation, Hidden, Init, network_and_images
from xpnet.cli.options import (
    DTYPES,
    BackendName,
    DataFolder,
    JsonPath,
    Seed,
    one_of,
    prepare,
    write_json,
)
from xpnet.gradient import check_gradients

__all__ = ["gradcheck"]


def gradcheck(
    images: Annotated[int, typer.Option(help="How many training images, from the first.")] = 3,
    step: Annotated[
        float | None, typer.Option(help="The h of the differences. Default: 1e-4 in float64.")
    ] = None,
    hidden: Hidden = "50",
    activation: Activation = "relu",
    init: Init = None,
    dtype: Annotated[str, one_of(DTYPES, "In float32 the differences are noise.")] = "float64",
    seed: Seed = 0,
    backend: BackendName = "auto",
    data: DataFolder = None,
    json: JsonPath = None,
) -> int:
    """Hold every gradient of a network against its numerical gradient, on MNIST images.

    Exit code 1 if a gradient differs by more than the errors of both explain.
    """
    out = prepare(json)
    where = set_backend(backend)
    net, x, t = network_and_images(hidden, activation, init, seed, dtype, data, images)
    report = check_gradients(net, x, t, h=step)
    document = {
        "xpnet": xpnet.__version__,
        "backend": where.name,
        "device": where.device,
        "dtype": report.dtype,
        "seed": seed,
        "images": images,
        "h": report.h,
        "parameters": [
            {
                "name": check.name,
                "mean_abs_difference": check.mean_abs_difference,
                "max_abs_difference": check.max_abs_difference,
                "budget": check.budget,
                "kinks": len(check.kinks),
                "passed": check.passed,
            }
            for check in report.parameters
        ],
        "problems": list(report.problems),
        "passed": report.passed,
    }
    print(report, file=out)
    write_json(json, document)
    return 0 if report.passed else 1
