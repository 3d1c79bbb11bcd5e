"""What each layer asks of the device, forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import xpnet
from tests.counts_table import LAYERS, Row
from tests.device_counts import DeviceCounts, Scenario, counted, labels, normal
from xpnet.layers import (
    AddLayer,
    Affine,
    BatchNorm,
    Dropout,
    LeakyRelu,
    MeanSquaredError,
    MulLayer,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)

ROWS = 100


def pair(seed: int) -> list[Any]:
    return [normal(seed, ROWS, 10), normal(seed + 1, ROWS, 10)]


def row(seed: int) -> list[Any]:
    return [normal(seed, ROWS, 10)]


def scored(seed: int) -> list[Any]:
    return [normal(seed, ROWS, 10), labels(seed, ROWS)]


def scored_one_hot(seed: int) -> list[Any]:
    hot = np.eye(10)[np.random.default_rng(seed).integers(0, 10, ROWS)]
    return [normal(seed, ROWS, 10), xpnet.asarray(hot, "float32")]


def affine() -> Affine:
    return Affine(normal(0, 10, 20), normal(0, 20))


def forward(make: Callable[[], Any], inputs: Callable[[int], list[Any]], how: str) -> Scenario:
    def prepare(seed: int) -> Callable[[], Any]:
        layer, given = make(), inputs(seed)
        return lambda: getattr(layer, how)(*given)

    return prepare


def backward(
    make: Callable[[], Any], inputs: Callable[[int], list[Any]], how: str = "backward"
) -> Scenario:
    def prepare(seed: int) -> Callable[[], Any]:
        layer = make()
        out = layer.forward(*inputs(seed))
        dout = normal(seed, *out.shape)
        return lambda: getattr(layer, how)(dout)

    return prepare


def of_the_loss(
    inputs: Callable[[int], list[Any]] = scored,
    dout: float = 1,
    calls_before: int = 0,
    make: Callable[[], Any] = SoftmaxWithLoss,
) -> Scenario:
    def prepare(seed: int) -> Callable[[], Any]:
        layer = make()
        layer.forward(*inputs(seed))
        for _ in range(calls_before):
            layer.backward()
        return lambda: layer.backward(dout)

    return prepare


SCENARIOS = {
    "MulLayer.forward": forward(MulLayer, pair, "forward"),
    "MulLayer.backward": backward(MulLayer, pair),
    "AddLayer.forward": forward(AddLayer, pair, "forward"),
    "AddLayer.backward": backward(AddLayer, pair),
    "Relu.forward": forward(Relu, row, "forward"),
    "Relu.apply": forward(Relu, row, "apply"),
    "Relu.backward": backward(Relu, row),
    "Sigmoid.forward": forward(Sigmoid, row, "forward"),
    "Sigmoid.apply": forward(Sigmoid, row, "apply"),
    "Sigmoid.backward": backward(Sigmoid, row),
    "Tanh.forward": forward(Tanh, row, "forward"),
    "Tanh.apply": forward(Tanh, row, "apply"),
    "Tanh.backward": backward(Tanh, row),
    "LeakyRelu.forward": forward(LeakyRelu, row, "forward"),
    "LeakyRelu.apply": forward(LeakyRelu, row, "apply"),
    "LeakyRelu.backward": backward(LeakyRelu, row),
    "Affine.forward": forward(affine, row, "forward"),
    "Affine.apply": forward(affine, row, "apply"),
    "Affine.backward": backward(affine, row),
    "Affine.backward_params": backward(affine, row, "backward_params"),
    "BatchNorm.forward": forward(lambda: BatchNorm(10), row, "forward"),
    "BatchNorm.apply": forward(lambda: BatchNorm(10), row, "apply"),
    "BatchNorm.apply_training": forward(lambda: BatchNorm(10), row, "apply_training"),
    "BatchNorm.backward": backward(lambda: BatchNorm(10), row),
    "Dropout.forward": forward(Dropout, row, "forward"),
    "Dropout.apply": forward(Dropout, row, "apply"),
    "Dropout.apply_training": forward(Dropout, row, "apply_training"),
    "Dropout.backward": backward(Dropout, row),
    "SoftmaxWithLoss.forward": forward(SoftmaxWithLoss, scored, "forward"),
    "SoftmaxWithLoss.forward, one-hot labels": forward(SoftmaxWithLoss, scored_one_hot, "forward"),
    "SoftmaxWithLoss.apply": forward(SoftmaxWithLoss, scored, "apply"),
    "SoftmaxWithLoss.backward": of_the_loss(),
    "SoftmaxWithLoss.backward(2.0)": of_the_loss(dout=2.0),
    "SoftmaxWithLoss.backward, a second time": of_the_loss(calls_before=1),
    "SoftmaxWithLoss.backward(2.0), a second time": of_the_loss(dout=2.0, calls_before=1),
    "SoftmaxWithLoss.backward, a second time, one-hot labels": of_the_loss(
        scored_one_hot, calls_before=1
    ),
    "MeanSquaredError.forward": forward(MeanSquaredError, pair, "forward"),
    "MeanSquaredError.apply": forward(MeanSquaredError, pair, "apply"),
    "MeanSquaredError.backward": of_the_loss(pair, make=MeanSquaredError),
    "MeanSquaredError.backward(2.0)": of_the_loss(pair, dout=2.0, make=MeanSquaredError),
    "MeanSquaredError.backward, a second time": of_the_loss(
        pair, calls_before=1, make=MeanSquaredError
    ),
}


@pytest.mark.parametrize("expected", LAYERS, ids=lambda row: row.call)
def test_a_layer_asks_of_the_device_what_the_table_says(
    device_counts: type[DeviceCounts], expected: Row
) -> None:
    assert counted(device_counts, SCENARIOS[expected.call]) == expected.expected


def test_every_layer_is_in_the_table_forward_and_backward() -> None:
    named = {row.call for row in LAYERS}
    for name in set(xpnet.layers.__all__) - {"Buffer", "Gradient", "Layer", "Parameter"}:
        assert {f"{name}.forward", f"{name}.backward"} <= named
