"""The layers that the contract is held against, each with an example worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.layers import (
    AddLayer,
    Affine,
    BatchNorm,
    Dropout,
    Layer,
    LeakyRelu,
    MeanSquaredError,
    MulLayer,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)

LOG2, LOG3, LOG4 = math.log(2), math.log(3), math.log(4)


@dataclass(frozen=True)
class Case:
    """One layer: how it is made and fed, and what it gives.

    `inputs`, `out`, `dout`, `gradients` and `grads` are the example by hand. Labels are int64.
    `fewest_rows` is how many it takes; `by_row` says that each row of the output comes from its row
    of the inputs alone.
    """

    name: str
    kind: type[Layer]
    inputs: list[Any]
    out: Any
    dout: Any
    gradients: list[Any]
    params: dict[str, Any] = field(default_factory=dict)
    grads: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    fewest_rows: int = 0
    by_row: bool = True

    def make(self, dtype: str = "float64") -> Any:
        """A new layer, its parameters on the current backend."""
        return self.of(self.params, dtype)

    def of(self, params: dict[str, Any], dtype: str = "float64") -> Any:
        """A new layer with these parameters."""
        arrays = {name: xpnet.asarray(param, dtype) for name, param in params.items()}
        return self.kind.from_params(arrays, self.options)

    def example(self, dtype: str = "float64") -> list[Any]:
        """The inputs worked by hand, on the host."""
        return [as_host(x, dtype) for x in self.inputs]

    def random(self, rows: int, dtype: str = "float64", seed: int = 0) -> list[Any]:
        """Inputs of so many rows on the host: both signs, no entry within 0.1 of ReLU's kink."""
        rng = np.random.default_rng(seed)
        made = []
        for example in self.example(dtype):
            shape = (rows, *example.shape[1:])
            if example.dtype.kind == "i":
                made.append(rng.integers(0, 2, shape))
            else:
                signs = rng.choice([-1, 1], shape)
                made.append((signs * rng.uniform(0.1, 2.0, shape)).astype(dtype))
        return made

    def dout_for(self, out: Any, dtype: str = "float64") -> Any:
        """A gradient for this output on the host: far from 0 and 1, which hide mistakes."""
        shape, rng = np.shape(xpnet.to_numpy(out)), np.random.default_rng(1)
        return np.asarray(rng.choice([-1, 1], shape) * rng.uniform(2.0, 3.0, shape), dtype)

    @property
    def takes_zero_rows(self) -> bool:
        return self.fewest_rows == 0


def as_host(x: Any, dtype: str) -> Any:
    array = np.array(x)
    return array if array.dtype.kind == "i" else array.astype(dtype)


CASES = [
    Case(
        name="MulLayer",
        kind=MulLayer,
        inputs=[[[1.0, -2.0], [3.0, 0.5]], [[4.0, 5.0], [-6.0, 2.0]]],
        out=[[4.0, -10.0], [-18.0, 1.0]],
        dout=[[1.0, 2.0], [3.0, -1.0]],
        gradients=[[[4.0, 10.0], [-18.0, -2.0]], [[1.0, -4.0], [9.0, -0.5]]],
    ),
    Case(
        name="AddLayer",
        kind=AddLayer,
        inputs=[[[1.0, -2.0], [3.0, 0.5]], [[4.0, 5.0], [-6.0, 2.0]]],
        out=[[5.0, 3.0], [-3.0, 2.5]],
        dout=[[1.0, 2.0], [3.0, -1.0]],
        gradients=[[[1.0, 2.0], [3.0, -1.0]], [[1.0, 2.0], [3.0, -1.0]]],
    ),
    Case(
        name="Relu",
        kind=Relu,
        inputs=[[[1.0, -0.5], [-2.0, 3.0]]],
        out=[[1.0, 0.0], [0.0, 3.0]],
        dout=[[1.0, 2.0], [3.0, 4.0]],
        gradients=[[[1.0, 0.0], [0.0, 4.0]]],
    ),
    Case(
        name="Sigmoid",
        kind=Sigmoid,
        inputs=[[[0.0, LOG3], [-LOG3, LOG4]]],
        out=[[0.5, 0.75], [0.25, 0.8]],
        dout=[[4.0, 16.0], [-16.0, 25.0]],
        gradients=[[[1.0, 3.0], [-3.0, 4.0]]],
    ),
    Case(
        name="Tanh",
        kind=Tanh,
        inputs=[[[0.0, LOG2], [-LOG2, LOG3]]],
        out=[[0.0, 0.6], [-0.6, 0.8]],
        dout=[[4.0, 25.0], [-25.0, 50.0]],
        gradients=[[[4.0, 16.0], [-16.0, 18.0]]],
    ),
    Case(
        name="LeakyRelu",
        kind=LeakyRelu,
        inputs=[[[1.0, -0.5], [-2.0, 3.0]]],
        out=[[1.0, -0.005], [-0.02, 3.0]],
        dout=[[1.0, 2.0], [3.0, 4.0]],
        gradients=[[[1.0, 0.02], [0.03, 4.0]]],
    ),
    Case(
        name="Affine",
        kind=Affine,
        params={"W": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "b": [0.5, -1.0, 2.0]},
        inputs=[[[1.0, 2.0], [0.0, -1.0]]],
        out=[[9.5, 11.0, 17.0], [-3.5, -6.0, -4.0]],
        dout=[[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]],
        gradients=[[[-2.0, -2.0], [4.0, 13.0]]],
        grads={"W": [[1.0, 0.0, -1.0], [0.0, -1.0, -2.0]], "b": [3.0, 1.0, -1.0]},
    ),
    Case(
        name="SoftmaxWithLoss",
        kind=SoftmaxWithLoss,
        inputs=[[[0.0, LOG3], [LOG4, 0.0]], [1, 1]],
        out=-(math.log(0.75) + math.log(0.2)) / 2,
        dout=2.0,
        gradients=[[[0.25, -0.25], [0.8, -0.8]]],
        fewest_rows=1,
    ),
    Case(
        name="BatchNorm",
        kind=BatchNorm,
        params={"gamma": [3.0, 6.0], "beta": [1.0, -1.0]},
        options={"size": 2, "eps": 5.0},  # with the variance 4 the square of 3
        inputs=[[[1.0, -2.0], [5.0, 2.0]]],
        out=[[-1.0, -5.0], [3.0, 3.0]],
        dout=[[1.0, 2.0], [4.0, -1.0]],
        gradients=[[[-5 / 6, 5 / 3], [5 / 6, -5 / 3]]],
        grads={"gamma": [2.0, -2.0], "beta": [5.0, 1.0]},
        fewest_rows=2,
        by_row=False,
    ),
    Case(
        name="Dropout",
        kind=Dropout,
        options={"rate": 0.75, "seed": 8},  # whose first mask keeps three of six
        inputs=[[[1.0, -2.0, 3.0], [4.0, -5.0, 6.0]]],
        out=[[0.0, -8.0, 12.0], [0.0, 0.0, 24.0]],
        dout=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        gradients=[[[0.0, 8.0, 12.0], [0.0, 0.0, 24.0]]],
        by_row=False,
    ),
    Case(
        name="MeanSquaredError",
        kind=MeanSquaredError,
        inputs=[[[1.0, -2.0], [3.0, 0.5]], [[1.5, 0.0], [0.0, -0.5]]],
        out=(0.25 + 4.0 + 9.0 + 1.0) / 4,
        dout=2.0,
        gradients=[[[-0.5, -2.0], [3.0, 1.0]]],
        fewest_rows=1,
    ),
]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture(params=["float32", "float64"])
def dtype(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def elsewhere(elsewhere: str) -> Callable[[Any], Any]:
    """Moves an array to the other backend."""
    return lambda x: xpnet.asarray(x, backend=elsewhere)
