"""Files of ONNX: checked by onnx, run by onnxruntime, with what the network gives."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pytest

import xpnet
from xpnet.datasets import load_mnist
from xpnet.errors import ArgumentTypeError, MissingExtraError, NetworkError, OptionError
from xpnet.export import onnx_file, to_onnx
from xpnet.layers import Affine, LeakyRelu, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

onnx = pytest.importorskip("onnx", reason="the format is written by onnx: the extra 'onnx'")


def run(path, x):
    runtime = pytest.importorskip("onnxruntime", reason="the files are run by onnxruntime")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["scores", "probabilities"], {"input": x})


def assert_same(net, path, x):
    onnx.checker.check_model(path, full_check=True)
    scores, probabilities = run(path, x)
    ours = xpnet.to_numpy(net.predict(xpnet.asarray(x)))
    np.testing.assert_allclose(scores, ours, atol=1e-5)
    assert scores.dtype == ours.dtype
    assert (scores.argmax(axis=1) == ours.argmax(axis=1)).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(axis=1) == ours.argmax(axis=1)).all()


def test_a_trained_network_gives_its_scores_on_the_whole_test_set(backend, tmp_path):
    (x, t), (x_test, _) = load_mnist()
    net = TwoLayerNet(784, 50, 10, seed=0)
    Trainer(net, SGD(lr=0.1), (x, t), progress=False).run(iterations=300)
    to_onnx(net, tmp_path / "digits.onnx")
    assert_same(net, str(tmp_path / "digits.onnx"), xpnet.to_numpy(x_test))


@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh", "identity"])
def test_deep_networks_of_both_dtypes_take_any_number_of_rows(
    backend, tmp_path, activation, dtype, rows
):
    net = MultiLayerNet(6, [5, 4], 3, activation=activation, seed=0, dtype=dtype)
    to_onnx(net, tmp_path / "net.onnx")
    x = np.random.default_rng(0).normal(size=(rows, 6)).astype(dtype)
    assert_same(net, str(tmp_path / "net.onnx"), x)


@pytest.mark.parametrize("slope", [0.3, 1.5])
def test_the_slope_of_a_leaky_relu_is_in_the_file(tmp_path, slope):
    net = MultiLayerNet(6, [5], 3, activation=lambda: LeakyRelu(slope), seed=0)
    to_onnx(net, tmp_path / "net.onnx")
    x = np.random.default_rng(0).normal(size=(7, 6)).astype("float32")
    assert_same(net, str(tmp_path / "net.onnx"), x)


def test_a_regression_gives_its_predictions_and_nothing_else(backend, tmp_path):
    runtime = pytest.importorskip("onnxruntime", reason="the files are run by onnxruntime")
    net = MultiLayerNet(6, [5], 3, activation="tanh", last_layer="mse", seed=0)
    path = str(tmp_path / "net.onnx")
    to_onnx(net, path)
    onnx.checker.check_model(path, full_check=True)
    x = np.random.default_rng(0).normal(size=(7, 6)).astype("float32")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["scores"]
    (scores,) = session.run(None, {"input": x})
    np.testing.assert_allclose(scores, xpnet.to_numpy(net.predict(xpnet.asarray(x))), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_differs_in_training_is_that_of_inference(backend, tmp_path, dtype):
    net = MultiLayerNet(6, [5, 4], 3, batch_norm=True, dropout=0.5, seed=0, dtype=dtype)
    net["BatchNorm1"].eps = 0.25
    rng = np.random.default_rng(0)
    for _ in range(5):  # moves the running mean and variance
        net.loss(xpnet.asarray(3 * rng.normal(size=(20, 6)) + 1), xpnet.asarray(np.zeros(20, int)))
    to_onnx(net, tmp_path / "net.onnx")
    assert_same(net, str(tmp_path / "net.onnx"), rng.normal(size=(7, 6)).astype(dtype))


def test_names_of_layers_do_not_meet_those_of_the_file(tmp_path):
    affine = [Affine(np.eye(2), np.ones(2)) for _ in range(2)]
    net = Network({"scores": affine[0], "input": Relu(), "batch": affine[1]}, SoftmaxWithLoss())
    to_onnx(net, tmp_path / "net.onnx")
    assert_same(net, str(tmp_path / "net.onnx"), np.array([[1.0, -2.0]]))


def test_the_file_says_versions_names_and_scale(tmp_path):
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.class_names, net.pixel_scale = ["영", "one"], 1 / 255
    to_onnx(net, tmp_path / "net.onnx")
    model = onnx.load(tmp_path / "net.onnx")
    props = {entry.key: entry.value for entry in model.metadata_props}
    assert props["xpnet_version"] == model.producer_version == xpnet.__version__
    assert json.loads(props["class_names"]) == ["영", "one"]
    assert json.loads(props["pixel_scale"]) == 1 / 255
    assert repr(1 / 255) in model.graph.input[0].doc_string
    dims = model.graph.input[0].type.tensor_type.shape.dim
    assert (dims[0].dim_param, dims[1].dim_value) == ("batch", 4)


def test_opset_and_ir_version_are_a_pair_of_one_release():
    pairs = {row[2]: row[1] for row in reversed(onnx.helper.VERSION_TABLE)}
    assert pairs[onnx_file.OPSET] == onnx_file.IR_VERSION


def test_the_same_network_makes_the_same_bytes(tmp_path):
    net = TwoLayerNet(4, 3, 2, seed=0)
    for name in "ab":
        to_onnx(net, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def with_nan():
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.params["b2"][0] = np.nan
    return net


REFUSED = {
    "no width": (lambda: Network([Relu()], SoftmaxWithLoss()), NetworkError, "with an Affine"),
    "NaN": (with_nan, NetworkError, "Affine2.b to be numbers, got NaN"),
    "no network": (lambda: 1, ArgumentTypeError, "got a int, expected a Network"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_network_leaves_the_file_as_it_was(tmp_path, kind):
    make, error, told = REFUSED[kind]
    path = tmp_path / "net.onnx"
    path.write_text("before")
    with pytest.raises(error, match=told):
        to_onnx(make(), path)
    assert path.read_text() == "before"


def test_more_than_the_format_holds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_file, "LARGEST", 50)
    with pytest.raises(OptionError, match="holds less than 2 GB"):
        to_onnx(TwoLayerNet(4, 3, 2), tmp_path / "net.onnx")


def test_without_onnx_the_pip_line_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'xpnet\[onnx\]'"):
        to_onnx(TwoLayerNet(4, 3, 2), tmp_path / "net.onnx")
