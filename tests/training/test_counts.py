"""What training asks of the device: a step, an epoch, its evaluation and its log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import xpnet
from tests.counts_table import CAPTURED, TRAINING, Row
from tests.device_counts import DeviceCounts, Scenario, counted, labels, normal
from tests.training.plain_step import PlainNet, plain_step
from xpnet.layers import Affine, MeanSquaredError, Tanh
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
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
from xpnet.training import Callback, Trainer

LAUNCHES_A_STEP = 15
"""What a step of the chapter's network may take: the promise, which no table may outgrow."""

EXPECTED = {row.call: row for row in TRAINING}


def numbers(seed: int) -> tuple[Any, Any]:
    return normal(seed, 500, 784), labels(seed, 500)


def pixels(seed: int) -> tuple[Any, Any]:
    drawn = np.random.default_rng(seed).integers(0, 256, (500, 784))
    return xpnet.asarray(drawn, "uint8"), labels(seed, 500)


def one_hot(seed: int) -> tuple[Any, Any]:
    rows = np.eye(10)[np.random.default_rng(seed).integers(0, 10, 500)]
    return normal(seed, 500, 784), xpnet.asarray(rows, "float32")


def targets(seed: int) -> tuple[Any, Any]:
    return normal(seed, 500, 784), normal(seed + 1, 500, 10)


def regression(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    layers = [Affine.of(784, 50, seed=rng), Tanh(), Affine.of(50, 10, seed=rng)]
    return Network(layers, MeanSquaredError())


def two_layers(seed: int) -> TwoLayerNet:
    return TwoLayerNet(784, 50, 10, seed=seed)


def narrow(seed: int, rows: int = 500) -> tuple[Any, Any]:
    return normal(seed, rows, 20), labels(seed, rows)


def more_layers(
    hidden: int, activation: str = "relu", width: int = 784, **layers: Any
) -> Callable[[int], MultiLayerNet]:
    return lambda seed: MultiLayerNet(
        width, [50] * hidden, 10, activation=activation, seed=seed, **layers
    )


REGULARISED = {"batch_norm": True, "dropout": 0.5}


def step(
    optimizer: Callable[[], Optimizer] = SGD,
    data: Callable[[int], tuple[Any, Any]] = numbers,
    make: Callable[[int], Any] = two_layers,
    steps_before: int = 3,
    **options: Any,
) -> Scenario:
    """A step of 100 rows that this epoch has not seen, after so many others."""

    def prepare(seed: int) -> Callable[[], Any]:
        trainer = Trainer(make(seed), optimizer(), data(seed), progress=False, **options)
        for _ in range(steps_before):
            trainer.step()
        return trainer.step

    return prepare


def plain(seed: int) -> Callable[[], float]:
    rng = np.random.default_rng(seed)
    net = PlainNet(xpnet.get_backend().xp, seed)
    x, t = rng.random((100, 784)), np.eye(10)[rng.integers(0, 10, 100)]
    return partial(plain_step, net, x, t)


def scheduled() -> SGD:
    return SGD(lr=schedules.warmup(schedules.cosine(0.1, steps=100), steps=10))


SCENARIOS = {
    f"step, {kind.__name__}": step(kind)
    for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW)
} | {
    "step, SGD with weight decay": step(partial(SGD, weight_decay=0.1)),
    "step, a learning rate by a schedule": step(scheduled),
    "step, gradients clipped": step(clip_norm=0.1),
    "step, uint8 pixels times a scale": step(data=pixels, scale=1 / 255),
    "step, one-hot labels": step(data=one_hot),
    "step, tanh and the mean squared error": step(data=targets, make=regression),
    "step, the first of an epoch": step(steps_before=5),
    "step, MultiLayerNet of 1 hidden layer": step(make=more_layers(1)),
    "step, MultiLayerNet of 2 hidden layers": step(make=more_layers(2)),
    "step, MultiLayerNet of 3 hidden layers": step(make=more_layers(3)),
    "step, MultiLayerNet of 1 hidden layer, batch_norm": step(make=more_layers(1, batch_norm=True)),
    "step, MultiLayerNet of 1 hidden layer, dropout": step(make=more_layers(1, dropout=0.5)),
    "step, MultiLayerNet of 1 hidden layer, batch_norm and dropout": step(
        make=more_layers(1, **REGULARISED)
    ),
    "step, the chapter's, written plainly in CuPy": plain,
}


@pytest.mark.parametrize("expected", TRAINING, ids=lambda row: row.call)
def test_a_step_asks_of_the_device_what_the_table_says(
    device_counts: type[DeviceCounts], expected: Row
) -> None:
    assert counted(device_counts, SCENARIOS[expected.call]) == expected.expected


@pytest.mark.parametrize("optimizer", ["SGD", "Momentum", "AdaGrad", "RMSProp", "Adam"])
def test_the_table_keeps_the_promise_of_a_step(optimizer: str) -> None:
    row = EXPECTED[f"step, {optimizer}"]
    assert row.launches <= LAUNCHES_A_STEP
    assert (row.to_device, row.to_host, row.synchronisations) == (0, 0, 0)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_each_hidden_layer_more_adds_the_same_number_of_launches(
    device_counts: type[DeviceCounts], activation: str
) -> None:
    found = []
    for hidden in (1, 2, 3, 5):
        scenario = step(data=narrow, make=more_layers(hidden, activation, width=20))
        found.append(counted(device_counts, scenario)["launches"])
    one = found[1] - found[0]
    assert found == [found[0] + one * more for more in (0, 1, 2, 4)]


@pytest.mark.parametrize("optimizer", [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW])
def test_steps_whose_losses_are_kept_ask_the_driver_for_no_memory(
    device_counts: type[DeviceCounts], optimizer: type
) -> None:
    # one trainer alone, so that the pool holds nothing but what its own steps have given back
    net = TwoLayerNet(20, 8, 10, seed=0)
    trainer = Trainer(net, optimizer(), narrow(0), batch_size=10, progress=False)
    losses = [trainer.step() for _ in range(5)]
    with device_counts() as counts:
        losses += [trainer.step() for _ in range(40)]
    assert counts.allocations == 0
    assert len(losses) == 45


def epoch(
    rows: int,
    batch_size: int,
    evaluated: bool,
    capture: bool | None = None,
    validated: bool = False,
) -> Scenario:
    """The second epoch of a trainer, with its evaluation and its log."""

    def prepare(seed: int) -> Callable[[], Any]:
        train = narrow(seed, rows)
        test = narrow(seed + 1, rows) if evaluated else None
        validation = narrow(seed + 2, rows) if validated else None
        net = TwoLayerNet(20, 8, 10, seed=seed)
        options = {"batch_size": batch_size, "progress": False, "capture": capture}
        trainer = Trainer(net, SGD(), train, test=test, validation=validation, **options)
        trainer.run(epochs=1)
        return lambda: trainer.run(epochs=1)

    return prepare


@pytest.mark.parametrize(("rows", "batch_size"), [(300, 100), (300, 10), (2200, 100), (2200, 50)])
@pytest.mark.parametrize(("evaluated", "waits"), [(True, 3), (False, 1)])
@pytest.mark.parametrize("capture", [False, True])
def test_an_epoch_waits_for_its_losses_and_its_two_accuracies_whatever_its_length(
    device_counts: type[DeviceCounts],
    rows: int,
    batch_size: int,
    evaluated: bool,
    waits: int,
    capture: bool,
) -> None:
    counts = counted(device_counts, epoch(rows, batch_size, evaluated, capture))
    assert (counts["to_host"], counts["synchronisations"]) == (waits, waits)
    assert counts["allocations"] == 0


@pytest.mark.parametrize("rows", [300, 1100])
@pytest.mark.parametrize(("evaluated", "waits"), [(True, 4), (False, 2)])
def test_a_validation_set_adds_one_wait_to_an_epoch(
    device_counts: type[DeviceCounts], rows: int, evaluated: bool, waits: int
) -> None:
    counts = counted(device_counts, epoch(rows, 100, evaluated, validated=True))
    assert (counts["to_host"], counts["synchronisations"]) == (waits, waits)
    assert counts["allocations"] == 0


@pytest.mark.parametrize("batch_size", [100, 40])
def test_an_epoch_of_plain_steps_copies_the_order_of_its_rows(
    device_counts: type[DeviceCounts], batch_size: int
) -> None:
    counts = counted(device_counts, epoch(1000, batch_size, evaluated=False, capture=False))
    assert counts["to_device"] == 1
    steps = 1000 // batch_size
    assert counts["launches"] == steps * EXPECTED["step, SGD"].launches


@pytest.mark.parametrize("batch_size", [100, 40])
def test_an_epoch_of_captured_steps_copies_what_differs_from_step_to_step(
    device_counts: type[DeviceCounts], batch_size: int
) -> None:
    counts = counted(device_counts, epoch(1000, batch_size, evaluated=False))
    assert counts["to_device"] == 3  # rows and numbers of all steps, and where they lie
    assert counts["launches"] == 1000 // batch_size + 2


class CountOne(Callback):
    """Counts what is asked of the device from behind one step to behind the next."""

    def __init__(self, kind: type[DeviceCounts], iteration: int) -> None:
        self.counts, self.iteration = kind(), iteration

    def on_step(self, trainer: Any, loss: Any) -> None:
        if trainer.iteration == self.iteration - 1:
            self.counts.__enter__()
        elif trainer.iteration == self.iteration:
            self.counts.__exit__(None, None, None)


CAPTURED_CASES: dict[str, tuple[int, dict[str, Any]]] = {
    f"captured step, {kind.__name__}": (13, {"optimizer": kind})
    for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW)
} | {
    "captured step, SGD with weight decay": (13, {"optimizer": partial(SGD, weight_decay=0.1)}),
    "captured step, a learning rate by a schedule": (13, {"optimizer": scheduled}),
    "captured step, gradients clipped": (13, {"clip_norm": 0.1}),
    "captured step, uint8 pixels times a scale": (13, {"data": pixels, "scale": 1 / 255}),
    "captured step, one-hot labels": (13, {"data": one_hot}),
    "captured step, tanh and the mean squared error": (
        13,
        {"data": targets, "make": regression},
    ),
    "captured step, the first of an epoch": (11, {"optimizer": Adam}),
    "captured step, MultiLayerNet of 1 hidden layer": (13, {"make": more_layers(1)}),
    "captured step, MultiLayerNet of 2 hidden layers": (13, {"make": more_layers(2)}),
    "captured step, MultiLayerNet of 3 hidden layers": (13, {"make": more_layers(3)}),
    "captured step, MultiLayerNet of 1 hidden layer, batch_norm and dropout": (
        13,
        {"make": more_layers(1, **REGULARISED)},
    ),
}


@pytest.mark.parametrize("expected", CAPTURED, ids=lambda row: row.call)
def test_a_captured_step_asks_of_the_device_what_the_table_says(
    device_counts: type[DeviceCounts], expected: Row
) -> None:
    iteration, case = CAPTURED_CASES[expected.call]
    options = {"optimizer": SGD, "data": numbers, "make": two_layers, **case}
    make, optimizer, data = (options.pop(name) for name in ("make", "optimizer", "data"))
    count = CountOne(device_counts, iteration)
    trainer = Trainer(make(0), optimizer(), data(0), progress=False, callbacks=[count], **options)
    trainer.run(epochs=3)
    found = {name: getattr(count.counts, name) for name in expected.expected}
    assert found == expected.expected
