"""All of xpnet once on CuPy, so that every kernel that it needs is compiled."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np
from typer.testing import CliRunner

import xpnet
from xpnet import functions, layers, optimizers
from xpnet.cli import app
from xpnet.gradient import check_gradients, numerical_gradient
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.training import Trainer

from .primitive_calls import called, made
from .primitive_cases import CASES

DTYPES = ["float32", "float64"]


def exercise() -> None:
    """Everything, in float32 and float64, and what there is for half precision."""
    with xpnet.use_backend("cupy"):
        for dtype in DTYPES:
            primitives(dtype)
            rows(dtype)
            for net in networks(dtype):
                train(net, dtype)
        halves()
    train_by_command()


def primitives(dtype: str) -> None:
    """Every case of every primitive; some are left to the base, whose kernels CuPy generates."""
    backend = xpnet.get_backend()
    pixels, rows = xpnet.asarray(np.zeros((3, 2), "uint8")), xpnet.asarray(np.arange(3))
    backend.cast(pixels, np.dtype("float16"), 1 / 255)
    backend.gather(pixels, rows, rows, np.dtype("float16"), 1 / 255)
    for primitive, cases in CASES.items():
        for case in cases.values():
            arguments = tuple(made(argument, dtype, "contiguous") for argument in case)
            called(primitive, backend, arguments)


def halves() -> None:
    """The kernels that are written for every dtype, in half precision."""
    rng = np.random.default_rng(0)
    x = xpnet.asarray(rng.normal(size=(5, 4)), "float16")
    for layer in (layers.Relu(), layers.Sigmoid(), layers.Tanh(), layers.LeakyRelu()):
        layer.backward(layer.forward(x))
        layer.apply(x)
    for layer in (layers.Dropout(),):
        layer.backward(layer.forward(x))
        layer.apply(x)
    backend = xpnet.get_backend()
    for t in (xpnet.asarray(np.arange(5) % 4), xpnet.asarray(np.eye(5, 4), "float16")):
        backend.softmax_with_loss_grad(x, t)
        backend.count_correct(x, t)


def rows(dtype: str) -> None:
    """Layers alone, functions and the plain numerical gradient."""
    rng = np.random.default_rng(0)
    x = xpnet.asarray(rng.normal(size=(5, 4)), dtype)
    t = xpnet.asarray(np.array([0, 3, 1, 2, 0]))
    W, b = xpnet.asarray(rng.normal(size=(4, 3)), dtype), xpnet.asarray(np.zeros(3), dtype)
    for layer in (layers.Relu(), layers.Sigmoid(), layers.Affine(W, b)):
        layer.backward(layer.forward(x))
    for pair in (layers.AddLayer(), layers.MulLayer()):
        pair.backward(pair.forward(x, x))
    for labels in (t, functions.one_hot(t, 4)):
        last = layers.SoftmaxWithLoss()
        last.forward(x, labels)
        last.backward()
        functions.cross_entropy_error(functions.softmax(x), labels)
    error = layers.MeanSquaredError()
    error.forward(x, x + 1)
    error.backward()
    functions.relu(x)
    functions.sigmoid(x)
    numerical_gradient(lambda _: functions.sigmoid(x).sum(), x[:1])


def networks(dtype: str) -> list[Any]:
    """One of each kind."""
    many = [
        MultiLayerNet(6, [5, 4], 3, activation=kind, seed=0, dtype=dtype)
        for kind in ("relu", "sigmoid", "leaky_relu", "tanh")
    ]
    regularised = MultiLayerNet(6, [5, 4], 3, batch_norm=True, dropout=0.3, seed=0, dtype=dtype)
    return [TwoLayerNet(6, 5, 3, seed=0, dtype=dtype), *many, regularised]


def makers() -> tuple[list[Any], list[Any]]:
    """One of each rule of an optimizer, and of those with weight decay."""
    plain = ["SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam"]
    decaying = ["SGD", "Momentum", "Nesterov", "Adam", "AdamW"]
    return [getattr(optimizers, kind) for kind in plain], [
        partial(getattr(optimizers, kind), weight_decay=0.1) for kind in decaying
    ]


def train(net: Any, dtype: str) -> None:
    """Each optimizer through the trainer and over a mapping, gradient checks, every way to move."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (20, 6), dtype=np.uint8)
    t = xpnet.asarray(rng.integers(0, 3, 20))
    x = xpnet.asarray(pixels / 255, dtype)
    plain, decaying = makers()
    for make, data in [*product(plain, [x, xpnet.asarray(pixels)]), *product(decaying, [x])]:
        scale = None if data is x else 1 / 255
        data_and_labels = (data, t)
        Trainer(
            net,
            make(),
            data_and_labels,
            test=data_and_labels,
            batch_size=7,
            seed=0,
            scale=scale,
            clip_norm=0.1,
            progress=False,
        ).run(iterations=3)
        grads = net.gradient(x, t)
        make().update(net.params, grads)
        make().update(dict(net.params.items()), dict(grads.items()))
    net.predict(x)
    net.loss(x, functions.one_hot(t, 3))
    net.accuracy(x, t)
    net.to("numpy").to("cupy")
    check_gradients(net.astype("float64"), x[:3], t[:3])


def train_by_command() -> None:
    """The command's own step."""
    run = CliRunner().invoke(app, ["train", "--backend", "cupy", "--iterations", "20"])
    assert run.exit_code == 0, run.output
