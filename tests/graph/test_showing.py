"""What a notebook shows of a variable."""

from __future__ import annotations

import pytest

from xpnet.graph import Variable, draw, examples, network_graph
from xpnet.graph.propagation import topological_order
from xpnet.graph.showing import MOST_SHOWN, Showing
from xpnet.networks import TwoLayerNet


def chain(operations):
    y = Variable(0.0, "x")
    for _ in range(operations):
        y = -y
    return y


@pytest.mark.parametrize("name", ["apple", "orange", "square", "sigmoid", "softmax"])
def test_a_result_is_the_picture_of_its_graph(backend, name):
    y = getattr(examples, name)()
    assert y._repr_svg_() == draw(y).svg


def test_a_network_is_shown(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    y = network_graph(net, backend.asarray([[1.0, 2, 3, 4]], "float32"), backend.asarray([1]))
    assert ">Affine1<" in y._repr_svg_()


def test_an_input_is_its_text():
    assert Variable(3.0, "x")._repr_svg_() is None


def test_a_large_graph_is_its_text_and_is_not_walked_to_its_end(monkeypatch):
    largest = chain(MOST_SHOWN - 1)
    assert 10_000 < len(largest._repr_svg_()) < 60_000
    walked = []

    def watched(*args, **options):
        walked.append(topological_order(*args, **options))
        return walked[-1]

    monkeypatch.setitem(Showing._repr_svg_.__globals__, "topological_order", watched)
    assert (-largest)._repr_svg_() is None
    assert chain(10_000)._repr_svg_() is None
    assert max(map(len, walked)) <= 2 * MOST_SHOWN


def test_before_backward_values_alone_are_shown():
    y = Variable(2.0, "x") * Variable(3.0, "w")
    assert 'class="value"' in y._repr_svg_()
    assert 'class="derivative"' not in y._repr_svg_()


def test_showing_changes_nothing():
    y = examples.orange()
    before = [variable.grad for variable in y.inputs]
    y._repr_svg_()
    assert [variable.grad for variable in y.inputs] == before


@pytest.mark.parametrize("broken", ["cycle", "grad", "inputs"])
def test_whatever_is_wrong_its_text_is_shown(broken):
    y = Variable(2.0, "x") * Variable(3.0, "w")
    if broken == "cycle":
        y.inputs = (y, y)
    elif broken == "grad":
        y.inputs[0].grad = y.grad = "no number"
    else:
        y.inputs = None
    assert y._repr_svg_() is None
