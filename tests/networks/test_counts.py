"""What a network asks of the device to predict, for a loss, for gradients, and to move."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import xpnet
from tests.counts_table import NETWORKS, Row
from tests.device_counts import DeviceCounts, Scenario, counted, labels, normal
from xpnet.networks import MultiLayerNet, TwoLayerNet

IMAGES = 60_000
EXPECTED = {row.call: row.expected for row in NETWORKS}


def net_of(seed: int, width: int = 784) -> TwoLayerNet:
    return TwoLayerNet(width, 50, 10, seed=seed)


def predict(rows: int, width: int = 784, batch_size: int | None = None) -> Scenario:
    def prepare(seed: int) -> Callable[[], Any]:
        net, x = net_of(seed, width), normal(seed, rows, width)
        return lambda: net.predict(x, batch_size=batch_size)

    return prepare


def on_labels(method: str, rows: int = 100, width: int = 784) -> Scenario:
    def prepare(seed: int) -> Callable[[], Any]:
        net, x, t = net_of(seed, width), normal(seed, rows, width), labels(seed, rows)
        return lambda: getattr(net, method)(x, t)

    return prepare


def on_pixels(scale: float | None) -> Scenario:
    """An evaluation of as many images as MNIST has to train on."""

    def prepare(seed: int) -> Callable[[], Any]:
        drawn = np.random.default_rng(seed).integers(0, 256, (IMAGES, 784), "uint8")
        net, x, t = net_of(seed), xpnet.asarray(drawn), labels(seed, IMAGES)
        return lambda: net.accuracy(x, t, scale=scale)

    return prepare


def score(seed: int) -> Callable[[], Any]:
    net = MultiLayerNet(784, [50], 10, last_layer="mse", seed=seed)
    x, t = normal(seed, 1000, 784), normal(seed + 1, 1000, 10)
    return lambda: net.score(x, t)


def to_numpy(seed: int) -> Callable[[], Any]:
    net = net_of(seed)
    return lambda: net.to("numpy")


def to_cupy(seed: int) -> Callable[[], Any]:
    net = net_of(seed).to("numpy")
    return lambda: net.to("cupy")


SCENARIOS = {
    "predict": predict(100),
    "accuracy, 100 rows": on_labels("accuracy"),
    "accuracy, 1000 rows": on_labels("accuracy", 1000),
    "accuracy, 60000 rows of uint8 pixels": on_pixels(None),
    "accuracy, 60000 rows of uint8 pixels times a scale": on_pixels(1 / 255),
    "score, 1000 rows of a regression": score,
    "loss": on_labels("loss"),
    "backprop": on_labels("backprop"),
    "gradient": on_labels("gradient"),
    'to("numpy")': to_numpy,
    'to("cupy")': to_cupy,
}


@pytest.mark.parametrize("expected", NETWORKS, ids=lambda row: row.call)
def test_a_network_asks_of_the_device_what_the_table_says(
    device_counts: type[DeviceCounts], expected: Row
) -> None:
    assert counted(device_counts, SCENARIOS[expected.call]) == expected.expected


@pytest.mark.parametrize("rows", [1, 7, 1024, 1025, 30_000])
def test_predict_of_one_batch_costs_the_same_for_any_number_of_rows(
    device_counts: type[DeviceCounts], rows: int
) -> None:
    assert counted(device_counts, predict(rows, width=20)) == EXPECTED["predict"]


@pytest.mark.parametrize("batches", [2, 3, 5])
def test_each_batch_of_predict_is_its_launches_and_one_copy_into_the_whole(
    device_counts: type[DeviceCounts], batches: int
) -> None:
    launches = batches * (EXPECTED["predict"]["launches"] + 1)
    counts = counted(device_counts, predict(50 * batches, width=20, batch_size=50))
    assert counts == EXPECTED["predict"] | {"launches": launches}


@pytest.mark.parametrize(("free", "batches"), [(60_000_000, 1), (40_000_000, 2), (20_000_000, 3)])
def test_60000_rows_are_as_many_batches_as_half_of_the_free_memory_asks_for(
    device_counts: type[DeviceCounts], memory_pool: Any, free: int, batches: int
) -> None:
    net, x, t = net_of(0, 20), normal(0, IMAGES, 20), labels(0, IMAGES)  # 408 bytes a row
    net.accuracy(x, t)
    memory_pool.free_all_blocks()
    now, total = xpnet.get_backend().xp.cuda.runtime.memGetInfo()
    settings = import_module("cudaemu").settings
    with settings(memory=total - now + free), device_counts() as counts:
        net.accuracy(x, t)
    assert counts.launches == batches * EXPECTED["accuracy, 1000 rows"]["launches"]
    assert (counts.to_host, counts.synchronisations) == (1, 1)


@pytest.mark.parametrize("rows", [1, 1000, 2049])
@pytest.mark.parametrize("method", ["accuracy", "evaluate"])
def test_accuracy_and_evaluate_wait_once_for_any_number_of_rows(
    device_counts: type[DeviceCounts], rows: int, method: str
) -> None:
    counts = counted(device_counts, on_labels(method, rows, width=20))
    assert (counts["to_host"], counts["synchronisations"]) == (1, 1)


@pytest.mark.parametrize("method", ["loss", "backprop", "gradient"])
def test_a_larger_batch_asks_for_no_more_calls(
    device_counts: type[DeviceCounts], method: str
) -> None:
    assert counted(device_counts, on_labels(method, 1500, width=20)) == EXPECTED[method]
