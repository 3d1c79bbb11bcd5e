"""Deep networks: what is done for a network takes twice as much work for twice the layers."""

import copy
import pickle
import sys

import numpy as np
import pytest

import xpnet
from xpnet.graph import network_graph
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import Adam


def deep(layers):
    return MultiLayerNet(2, [1] * layers, 2, seed=0)


X, T = np.ones((3, 2), "float32"), np.zeros(3, int)

CALLS = {
    "summary": lambda net: net.summary(),
    "repr": repr,
    "predict": lambda net: net.predict(X),
    "accuracy": lambda net: net.accuracy(X, T),
    "gradient": lambda net: net.gradient(X, T),
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "astype": lambda net: net.astype("float64"),
    "to": lambda net: net.to("numpy"),
    "graph": lambda net: network_graph(net, X, T),
    "memory report": xpnet.memory_report,
    "update": lambda net: Adam().update(net.params, net.grads),
    "update of dicts": lambda net: Adam().update(dict(net.params), dict(net.grads)),
}


def work(call, *args):
    """How many instructions Python carries out in a call: the same at each run."""
    done = 0

    def count(frame, event, arg):
        nonlocal done
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        done += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        call(*args)
    finally:
        sys.settrace(before)
    return done


def assert_linear(few, many):
    assert few > 0
    assert many < 2.1 * few


def test_making_a_network_is_linear_in_its_layers():
    deep(1)
    assert_linear(work(deep, 150), work(deep, 300))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_is_linear_in_the_layers(call):
    call(deep(1))
    assert_linear(work(call, deep(150)), work(call, deep(300)))
