"""summary: the table of layers."""

import numpy as np
import pytest

from xpnet.layers import Affine, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet


def test_the_chapters_network_has_39760_parameters(backend):
    assert TwoLayerNet(784, 50, 10).summary().splitlines() == [
        "layer            parameters              numbers",
        "Affine1          W1 (784, 50), b1 (50,)   39,250",
        "Relu1                                          0",
        "Affine2          W2 (50, 10), b2 (10,)       510",
        "SoftmaxWithLoss                                0",
        f"39,760 parameters, float32, on {backend.name} ({backend.device})",
    ]


def test_padding_is_not_counted(backend):
    net = MultiLayerNet(3, [], 2, dtype="float64")
    assert net.params.flat.size > 8
    assert net.summary().splitlines()[-1].startswith("8 parameters, float64, on ")


def test_layers_have_the_names_they_were_given():
    affine = Affine(np.eye(2), np.zeros(2))
    lines = Network({"straight": affine, "bent": Relu()}, SoftmaxWithLoss()).summary().splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == ["straight", "bent", "SoftmaxWithLoss"]


def test_a_network_without_parameters_has_none():
    lines = Network([Relu()], SoftmaxWithLoss()).summary().splitlines()
    assert lines[1].split() == ["Relu1", "0"]
    assert lines[-1].startswith("0 parameters")


def test_it_follows_a_network_that_is_moved(backend):
    net = TwoLayerNet(4, 3, 2).to("numpy")
    assert net.summary().endswith("on numpy (cpu)")


@pytest.mark.parametrize("sizes", [[], [300], [5, 4, 3]])
def test_columns_are_aligned(backend, sizes):
    *table, _ = MultiLayerNet(784, sizes, 10).summary().splitlines()
    assert len({len(line) for line in table}) == 1
    assert len(table) == 2 * len(sizes) + 3


def test_a_notebook_shows_the_same_table(backend):
    net = TwoLayerNet(784, 50, 10)
    html = net._repr_html_()
    assert html.startswith("<table><thead><tr><th>layer</th><th>parameters</th><th>numbers</th>")
    assert html.count("<tr>") == 5
    assert "<td>Affine1</td><td>W1 (784, 50), b1 (50,)</td><td>39,250</td>" in html
    assert html.endswith(f"<p>{net.summary().splitlines()[-1]}</p>")


def test_names_of_layers_are_escaped_in_a_notebook():
    html = Network({"<b>": Relu()}, SoftmaxWithLoss())._repr_html_()
    assert "<td>&lt;b&gt;</td>" in html
