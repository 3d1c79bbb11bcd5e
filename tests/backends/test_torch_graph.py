"""Graphs of a registered backend's arrays: each operation gives what it gives on NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import xpnet
from tests.graph.operations.cases import PAIRS, REDUCTIONS, UNARY, Case, distinct, signed
from xpnet.graph import Variable, network_graph, to_text
from xpnet.networks import TwoLayerNet

from .torch_backend import TorchBackend

HOW: list[dict[str, Any]] = [{}, {"axis": 0}, {"axis": (0, -1)}, {"axis": 1, "keepdims": True}]
SHAPES: dict[str, Callable[[Variable], Variable]] = {
    "matrix product": lambda x: x @ x.T,
    "matrix by vector": lambda x: x @ x[0],
    "reshape": lambda x: x.reshape(3, -1) * 2,
    "transpose": lambda x: x.transpose(1, 0),
    "plain index": lambda x: x[:, 1:],
    "rows twice": lambda x: x[xpnet.asarray([0, 1, 1])],
}


@pytest.fixture(autouse=True)
def _tensors(registered: None) -> None:
    xpnet.register_backend("torch", TorchBackend)


def gradients(backend: str, function: Callable[..., Variable], *inputs: np.ndarray) -> list[Any]:
    with xpnet.use_backend(backend):
        variables = [Variable(xpnet.asarray(x)) for x in inputs]
        y = function(*variables)
        y.backward(xpnet.asarray(np.arange(1.0, 1 + np.prod(y.shape)).reshape(y.shape)))
        found = [y.value, *(variable.grad for variable in variables)]
        assert {xpnet.backend_of(array).name for array in found} == {backend}
        return [xpnet.to_numpy(array) for array in found]


def assert_as_on_numpy(function: Callable[..., Variable], *inputs: np.ndarray) -> None:
    found, expected = (gradients(name, function, *inputs) for name in ("torch", "numpy"))
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("case", [*PAIRS, *UNARY], ids=repr)
def test_arithmetic_and_functions(case: Case) -> None:
    rng = np.random.default_rng(0)
    inputs = [case.draw(rng, (2, 3)), case.draw(rng, (3,))][: 2 if case in PAIRS else 1]
    assert_as_on_numpy(case.ours, *inputs)


@pytest.mark.parametrize("case", REDUCTIONS, ids=repr)
@pytest.mark.parametrize("how", HOW, ids=str)
def test_reductions(case: Case, how: dict[str, Any]) -> None:
    x = distinct(np.random.default_rng(0), (2, 3))
    assert_as_on_numpy(lambda x: case.ours(x, **how), x)


@pytest.mark.parametrize("name", SHAPES)
def test_products_shapes_and_indices(name: str) -> None:
    assert_as_on_numpy(SHAPES[name], signed(np.random.default_rng(0), (2, 3)))


def test_the_graph_of_a_network_reads_the_same() -> None:
    x, t = np.eye(4)[:3], np.array([0, 1, 1])
    shown = []
    for backend in ("torch", "numpy"):
        with xpnet.use_backend(backend):
            loss = network_graph(TwoLayerNet(4, 3, 2, seed=0), xpnet.asarray(x), xpnet.asarray(t))
            shown.append(re.sub(r"0\.\d+| +", "", to_text(loss)))  # the last digits may differ
    assert "v1=Affine1(x,W1,b1)(3,3)" in shown[0]
    assert shown[0] == shown[1]
