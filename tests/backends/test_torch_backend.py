"""A registered backend trains as NumPy does, if its arrays are mutable and slices are views."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, load_backend
from xpnet.errors import MixedBackendError
from xpnet.functions import softmax
from xpnet.gradient import check_gradients
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.optimizers import SGD, Adam, Optimizer
from xpnet.training import Trainer

from .torch_backend import TorchBackend, torch

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 6)).astype(np.float32)
T = (X[:, 0] > X[:, 1]).astype(np.int64) + (X[:, 2] > 1)


@pytest.fixture
def tensors(registered: None) -> Backend:
    xpnet.register_backend("torch", TorchBackend)
    return load_backend("torch")


def net_on(backend: str, dtype: str = "float32") -> TwoLayerNet:
    with xpnet.use_backend(backend):
        return TwoLayerNet(6, 8, 3, weight_init_std="he", seed=1, dtype=dtype)


def data_on(backend: str, rows: int = 120) -> tuple[Any, Any]:
    return xpnet.asarray(X[:rows], backend=backend), xpnet.asarray(T[:rows], backend=backend)


def assert_same_numbers(found: Any, expected: Any, tolerance: float = 1e-5) -> None:
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(
            xpnet.to_numpy(found[name]), xpnet.to_numpy(array), atol=tolerance, err_msg=name
        )


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_training_goes_as_on_numpy(tensors: Backend, optimizer: type[Optimizer]) -> None:
    runs = {}
    for name in ("torch", "numpy"):
        net = net_on(name)
        data = data_on(name)
        trainer = Trainer(net, optimizer(lr=0.1), data, test=data, batch_size=20, progress=False)
        runs[name] = net, trainer.run(iterations=30)
    (ours, history), (theirs, expected) = runs["torch"], runs["numpy"]
    assert type(ours.params["W1"]) is torch.Tensor
    assert_same_numbers(ours.params, theirs.params)
    np.testing.assert_allclose(history.losses, expected.losses, atol=1e-5)
    assert history.losses[-1] < history.losses[0]
    assert history.final.test_accuracy == expected.final.test_accuracy


def test_a_network_moves_there_and_back(tensors: Backend) -> None:
    net, scores = net_on("numpy"), net_on("numpy").predict(X)
    assert net.to("torch").backend is tensors
    np.testing.assert_allclose(xpnet.to_numpy(net.predict(data_on("torch")[0])), scores, atol=1e-6)
    assert net.to("numpy").backend.name == "numpy"
    np.testing.assert_array_equal(net.predict(X), scores)


def test_an_optimizers_state_follows_the_network(tensors: Backend) -> None:
    moving, staying = net_on("numpy"), net_on("numpy")
    steps = [(moving, Adam(lr=0.01)), (staying, Adam(lr=0.01))]
    for name in ("numpy", "torch", "numpy"):
        moving.to(name)
        for net, optimizer in steps:
            optimizer.update(net.params, net.gradient(*data_on(net.backend.name)))
    assert_same_numbers(moving.params, staying.params)


def test_predict_accuracy_and_gradient_agree_with_numpy(tensors: Backend) -> None:
    ours, theirs = net_on("torch"), net_on("numpy")
    x, t = data_on("torch")
    np.testing.assert_allclose(
        xpnet.to_numpy(ours.predict(x, batch_size=50)), theirs.predict(X), atol=1e-6
    )
    assert ours.accuracy(x, t) == theirs.accuracy(X, T)
    assert_same_numbers(ours.gradient(x, t), theirs.gradient(X, T), 1e-6)
    rows = xpnet.asarray(np.eye(3)[T], backend="torch")
    assert_same_numbers(ours.gradient(x, rows), theirs.gradient(X, T), 1e-6)


@pytest.mark.parametrize("method", ["local", "loop"])
def test_numerical_gradient_agrees_with_backpropagation(tensors: Backend, method: str) -> None:
    net, (x, t) = net_on("torch", "float64"), data_on("torch", 5)
    assert_same_numbers(net.numerical_gradient(x, t, method=method), net.gradient(x, t), 1e-7)


def test_the_gradient_check_passes(tensors: Backend) -> None:
    with xpnet.use_backend("torch"):
        net = MultiLayerNet(6, [5, 4], 3, activation="sigmoid", seed=0, dtype="float64")
    report = check_gradients(net, *data_on("torch", 7))
    assert report.passed, str(report)


def test_a_copy_in_another_dtype_is_a_copy(tensors: Backend) -> None:
    net = net_on("torch")
    wide = net.astype("float64")
    assert wide.params["W1"].dtype == torch.float64
    wide.params["W1"][...] = 0
    assert float(abs(net.params["W1"]).max()) > 0


def test_functions_take_its_arrays(tensors: Backend) -> None:
    y = softmax(torch.tensor([[0.0, 0.0], [1000.0, 0.0]]))
    assert y.tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_its_arrays_do_not_mix_with_numpys(tensors: Backend) -> None:
    with pytest.raises(
        MixedBackendError, match=r"^TwoLayerNet: x is a numpy array of .* is a torch"
    ):
        net_on("torch").predict(X)
