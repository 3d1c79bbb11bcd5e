"""What each primitive that CupyBackend replaces asks of the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import xpnet
from tests.counts_table import BACKEND, Row
from tests.device_counts import DeviceCounts, counted, labels, normal
from xpnet.backends import load_backend
from xpnet.optimizers import Optimizer

from .primitive_cases import OPTIMIZERS, numbers

FLOAT = np.dtype("float32")
ROWS = 100

Arguments = Callable[[int], list[Any]]


def arrays(number: int) -> Arguments:
    """So many arrays of one shape, positive: an optimizer takes a root."""
    return lambda seed: [abs(normal(seed + k, ROWS, 10)) for k in range(number)]


def step(optimizer: Optimizer) -> Arguments:
    """A step of this optimizer."""

    def arguments(seed: int) -> list[Any]:
        param, grad, *state = arrays(2 + len(optimizer.current_rule.state))(seed)
        return [optimizer.current_rule, param, grad, state, numbers(optimizer, 7)]

    return arguments


def named(optimizer: Optimizer) -> str:
    decays = bool(optimizer.current_rule.entrywise)
    return f"{type(optimizer).__name__}{' with weight decay' if decays else ''}"


def scalars(number: int) -> Arguments:
    return lambda seed: [[normal(seed + k, 1).sum() for k in range(number)]]


def losses(seed: int) -> list[Any]:
    return [list(normal(seed, 600))]


def shared(seed: int) -> list[Any]:
    flat = normal(seed, 1000)
    return [flat[1:], flat[:-1]]


def factors(seed: int) -> list[Any]:
    return [normal(seed, ROWS, 10), normal(seed + 1, 10, 50)]


def transposes(seed: int) -> list[Any]:
    """As Affine's backward has them, over the gradient of the parameter."""
    return [normal(seed, ROWS, 10).T, normal(seed + 1, ROWS, 50), normal(seed + 2, 10, 50)]


def closed(seed: int) -> list[Any]:
    return [normal(seed, ROWS, 10), normal(seed, ROWS, 10) <= 0]


def scored(seed: int) -> list[Any]:
    return [normal(seed, ROWS, 10), labels(seed, ROWS)]


def batch(seed: int) -> list[Any]:
    return [*scored(seed), labels(seed + 1, 20), FLOAT]


def pixels(seed: int) -> list[Any]:
    drawn = np.random.default_rng(seed).integers(0, 256, (ROWS, 10))
    return [xpnet.asarray(drawn, "uint8"), *batch(seed)[1:], 1 / 255]


def first_step(seed: int) -> Any:
    return xpnet.asarray([seed], "int64")


def columns(seed: int, number: int) -> list[Any]:
    """Rows, and so many arrays of one number for each column, positive."""
    return [normal(seed, ROWS, 10), *(abs(normal(seed + k, 10)) for k in range(1, number))]


def normalised(seed: int) -> list[Any]:
    x, gamma, beta, mean, var = columns(seed, 5)
    return [x, gamma, beta, [mean, var], 0.1, 1e-5]


def normalised_back(seed: int) -> list[Any]:
    dout, gamma, inv_std, *grads = columns(seed, 5)
    return [dout, gamma, normal(seed + 9, ROWS, 10), inv_std, grads]


SCENARIOS: dict[str, Arguments] = {
    "to_numpy": arrays(1),
    "synchronize": lambda seed: [],
    "owns": arrays(1),
    "takes": arrays(1),
    "floats, cut from one array": losses,
    "floats, of 8 numbers": scalars(8),
    "floats, of 9 numbers or more": scalars(100),
    "is_writable": arrays(1),
    "overlap": arrays(2),
    "assign": arrays(2),
    "assign, over memory that is shared": shared,
    "pool": lambda seed: [],
    "rows_at_once": lambda seed: [1],
    "free_unused": lambda seed: [],
    "buffer_of": arrays(1),
    "matmul": factors,
    "matmul, of a transpose over an array": transposes,
    "relu": arrays(1),
    "relu_with_mask": arrays(1),
    "relu_grad": closed,
    "sigmoid": arrays(1),
    "sigmoid_grad": arrays(2),
    "tanh": arrays(1),
    "tanh_grad": arrays(2),
    "leaky_relu": lambda seed: [normal(seed, ROWS, 10), 0.1],
    "leaky_relu_grad": lambda seed: [*arrays(2)(seed), 0.1],
    "softmax_with_loss": scored,
    "cross_entropy_rows": scored,
    "softmax_with_loss_grad": scored,
    "softmax_with_loss_grad, one-hot labels": arrays(2),
    "mean_squared_error": arrays(2),
    "squared_error_rows": arrays(2),
    "dropout": lambda seed: [normal(seed, ROWS, 10), first_step(seed), 0, 0.5],
    "dropout_mask": lambda seed: [(ROWS, 10), first_step(seed), 0, 0.5],
    "dropout_grad": lambda seed: [*closed(seed), 0.5],
    "batch_norm": normalised,
    "batch_norm_grad": normalised_back,
    "batch_norm_inference": lambda seed: [*columns(seed, 5), 1e-5],
    "count_correct": scored,
    "count_correct, one-hot labels": arrays(2),
    "cast": lambda seed: [normal(seed, ROWS, 10), FLOAT],
    "cast, uint8 pixels": lambda seed: [pixels(seed)[0], FLOAT],
    "cast, uint8 pixels times a scale": lambda seed: [pixels(seed)[0], FLOAT, 1 / 255],
    "clip_norm": lambda seed: [normal(seed, 1000), 0.5],
    "gather": batch,
    "gather, uint8 pixels times a scale": pixels,
} | {f"update, {named(optimizer)}": step(optimizer) for optimizer in OPTIMIZERS}


@pytest.mark.parametrize("expected", BACKEND, ids=lambda row: row.call)
def test_a_primitive_asks_of_the_device_what_the_table_says(
    device_counts: type[DeviceCounts], expected: Row
) -> None:
    primitive = getattr(load_backend("cupy"), primitive_of(expected))

    def scenario(seed: int) -> Callable[[], Any]:
        arguments = SCENARIOS[expected.call](seed)
        return lambda: primitive(*arguments)

    assert counted(device_counts, scenario) == expected.expected


def primitive_of(row: Row) -> str:
    return row.call.partition(",")[0]


ASKING_NOTHING = {"xp", "array_type", "has_device", "from_dlpack", "devices", "use_device"}
"""What the backend has of its own, and no device does any work for."""
CAPTURING = {"capture", "step_feed"}
"""What a captured step is made by; the table has the step."""


def test_every_primitive_that_cupy_replaces_is_in_the_table(
    device_counts: type[DeviceCounts],
) -> None:
    replaced = {name for name, thing in vars(type(load_backend("cupy"))).items() if callable(thing)}
    public = {name for name in replaced if not name.startswith("_")} - ASKING_NOTHING - CAPTURING
    assert public == {primitive_of(row) for row in BACKEND}


@pytest.mark.parametrize("number", [1, 2, 8, 9, 1000])
def test_floats_waits_once_for_any_number_of_results(
    device_counts: type[DeviceCounts], number: int
) -> None:
    def scenario(seed: int) -> Callable[[], Any]:
        (values,) = scalars(number)(seed)
        return lambda: load_backend("cupy").floats(values)

    counts = counted(device_counts, scenario)
    assert (counts["to_host"], counts["synchronisations"]) == (1, 1)
