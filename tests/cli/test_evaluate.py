import json

import numpy as np
import pytest

import xpnet
from xpnet.cli.evaluate import _class_table, _classes, _confusion_table
from xpnet.datasets import load_mnist
from xpnet.networks import TwoLayerNet
from xpnet.report.confusion import confusion_matrix


@pytest.fixture
def model(tmp_path, backend):
    """A network for the small data that says "the left half is brighter"."""
    net = TwoLayerNet(16, 2, 2, seed=0)
    left = np.tile([1.0, 1, -1, -1], 4) / 10
    net.params["W1"] = xpnet.asarray(np.stack([left, -left], axis=1))
    net.params["W2"] = xpnet.asarray(np.eye(2))
    net.class_names, net.pixel_scale = ["left", "right"], 1 / 255
    path = tmp_path / "net.safetensors"
    net.save(path)
    return path


def test_it_prints_loss_accuracy_and_both_tables(xpnet_command, model, small_data):
    ran = xpnet_command("evaluate", model, "--data", small_data)
    assert ran.code == 0, ran.err
    headline, told, _, classes, left, *_ = ran.out.splitlines()
    assert headline.endswith("20 test images")
    assert told.endswith("accuracy 100.00%")
    assert classes.split() == ["class", "precision", "recall", "images"]
    assert left.split()[:3] == ["left", "100.00%", "100.00%"]
    assert "images of each label (rows) by the class that was given (columns)" in ran.out


def test_json_agrees_with_the_network(xpnet_command, model, small_data, backend):
    ran = xpnet_command("evaluate", model, "--data", small_data, "--json", "-", "--batch-size", 7)
    document = json.loads(ran.out)
    _, (x, t) = load_mnist(normalize=False, root=small_data)
    net = xpnet.load(model)
    assert document["backend"] == backend.name
    assert document["images"] == 20
    assert document["accuracy"] == net.accuracy(x, t, scale=1 / 255) == 1
    np.testing.assert_allclose(document["loss"], float(net.loss(x / 255, t)), rtol=1e-5)
    counts = np.bincount(xpnet.to_numpy(t))
    assert document["confusion"] == np.diag(counts).tolist()
    assert [one["images"] for one in document["classes"]] == counts.tolist()
    assert "accuracy" in ran.err


def test_precision_is_of_columns_and_recall_of_rows():
    confusion = confusion_matrix(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 3)
    assert confusion.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]
    first, second, third = _classes(confusion, ["a", "b", "c"])
    assert first == {"class": "a", "precision": 1, "recall": 2 / 3, "images": 3}
    assert second == {"class": "b", "precision": 0.5, "recall": 1, "images": 1}
    assert third == {"class": "c", "precision": None, "recall": None, "images": 0}
    assert _class_table([third])[1].split() == ["c", "-", "-", "0"]


@pytest.mark.parametrize("names", [[*"0123456789"], ["Ankle boot", *"123456789"]])
def test_ten_classes_of_thousands_fit_80_columns(names):
    lines = _confusion_table(np.full((10, 10), 6000), names)
    assert max(map(len, lines)) <= 80


def test_long_names_stand_beside_the_rows_alone():
    _, head, row = _confusion_table(np.array([[7]]), ["Ankle boot"])
    assert (head.split(), row.split()) == (["label", "0"], ["0", "Ankle", "boot", "7"])


def net_of(tmp_path, *sizes, scale=1 / 255):
    net = TwoLayerNet(*sizes, seed=0)
    net.pixel_scale = scale
    net.save(tmp_path / "other.safetensors")
    return tmp_path / "other.safetensors"


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ((16, 2, 1), "expected labels from 0 to 0, as the network has 1 classes, got 1"),
        ((25, 2, 2), "expected images of 25 pixels, which the network takes, got 16"),
    ],
)
def test_data_that_do_not_fit_are_one_line(xpnet_command, tmp_path, small_data, sizes, told):
    ran = xpnet_command("evaluate", net_of(tmp_path, *sizes), "--data", small_data)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert told in ran.err


@pytest.mark.one_backend
def test_what_cannot_be_used_is_one_line(xpnet_command, tmp_path, small_data, model):
    unsaid = net_of(tmp_path, 16, 2, 2, scale=None)
    for options, told in (
        (("none.safetensors",), "none.safetensors"),
        ((unsaid, "--data", small_data), "the network does not say what pixels are multiplied"),
        ((model, "--data", small_data, "--batch-size", 0), "batch_size: expected a whole number"),
        ((model, "--json", "no/such/folder/x.json"), "cannot be written"),
    ):
        ran = xpnet_command("evaluate", *options)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert told in ran.err
