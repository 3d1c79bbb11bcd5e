"""What an update asks of the device: one launch for all parameters of a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.counts_table import OPTIMIZERS, Row
from tests.device_counts import DeviceCounts, Scenario, counted, normal
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from xpnet.parameters import Parameters

SHAPES = {"W1": (20, 10), "b1": (10,), "W2": (10, 3), "b2": (3,)}


def arrays(seed: int) -> dict[str, Any]:
    return {name: normal(seed, *shape) for name, shape in SHAPES.items()}


def update(kind: type, hold: Callable[[dict[str, Any]], Any] = Parameters) -> Scenario:
    def prepare(seed: int) -> Callable[[], None]:
        optimizer, params = kind(), hold(arrays(seed))
        optimizer.update(params, hold(arrays(seed + 1)))  # makes the state
        grads = hold(arrays(seed + 2))
        return lambda: optimizer.update(params, grads)

    return prepare


SCENARIOS = {
    f"{kind.__name__}.update": update(kind)
    for kind in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW)
} | {
    f"{kind.__name__}.update, a dict of 4 arrays": update(kind, dict) for kind in (SGD, Adam, AdamW)
}


@pytest.mark.parametrize("expected", OPTIMIZERS, ids=lambda row: row.call)
def test_an_update_asks_of_the_device_what_the_table_says(
    device_counts: type[DeviceCounts], expected: Row
) -> None:
    assert counted(device_counts, SCENARIOS[expected.call]) == expected.expected
