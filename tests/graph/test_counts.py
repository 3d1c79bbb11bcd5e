"""Everything stays on its backend: what a graph copies to the host, or waits for, on the device."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.device_counts import counted, labels, normal
from xpnet.graph import Variable, network_graph
from xpnet.graph.examples import softmax_nodes
from xpnet.networks import TwoLayerNet

EXPRESSIONS: dict[str, Callable[[Variable, Variable], Variable]] = {
    "arithmetic": lambda x, y: ((x + y) * 2 - x / (y * y + 1)).sum(),
    "powers": lambda x, y: ((x * x + 1) ** 0.5 + (x * x + 1) ** y + 2.0**x).sum(),
    "product": lambda x, y: (x @ y.T).relu().mean(),
    "functions": lambda x, y: (x.exp() + (y * y + 1).log() + x.sigmoid()).mean(),
    "maximum": lambda x, y: (x.max(axis=1) + y.max(axis=(0, 1))).sum(),
    "shapes": lambda x, y: (x.reshape(10, 20).T[3:7, ::2] * y[0, :1]).sum(),
    "softmax": lambda x, y: softmax_nodes(x, y),
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_and_its_gradients_ask_the_device_alone(device_counts, name):
    def prepare(seed):
        x, y = Variable(normal(seed, 20, 10)), Variable(normal(seed + 9, 20, 10))
        return lambda: EXPRESSIONS[name](x, y).backward()

    counts = counted(device_counts, prepare)
    assert counts["launches"] > 0
    assert (counts["to_device"], counts["to_host"], counts["synchronisations"]) == (0, 0, 0)


def test_the_graph_of_a_network_copies_the_network_on_the_device(device_counts):
    net = TwoLayerNet(10, 5, 10, seed=0)

    def prepare(seed):
        x, t = normal(seed, 20, 10), labels(seed, 20)
        return lambda: network_graph(net, x, t)

    counts = counted(device_counts, prepare)
    assert (counts["to_device"], counts["to_host"], counts["synchronisations"]) == (0, 0, 0)
