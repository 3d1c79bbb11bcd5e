"""accuracy where labels are none, rows have none, or scores are no numbers."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import LabelError, ShapeError
from xpnet.layers import Layer, Relu, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet

SCORES = [[3, 1, 2], [1, 3, 2], [1, 2, 3], [3, 2, 1]]  # largest at 0, 1, 2, 0


@pytest.fixture
def net():
    """Its scores are its input, where that is positive."""
    return Network([Relu()], SoftmaxWithLoss())


def refusal(call):
    """The error of a call, with what it says but for the name of who says it."""
    with pytest.raises((LabelError, ShapeError, TypeError)) as caught:
        call()
    return type(caught.value), str(caught.value).partition(": ")[2].replace("predict(x) is", "x is")


@pytest.mark.parametrize(
    "t",
    [
        [0.0, 1.0, 2.0, 0.0],
        [0.0, float("nan"), 1.0, 0.0],
        [True, False, True, False],
        [[0, 1]] * 4,
        [[[0, 1, 0]]] * 4,
        [[0], [1], [2], [0]],
    ],
    ids=["floats", "NaN", "bool", "narrow rows", "rows of rows", "a column"],
)
def test_it_refuses_what_the_loss_refuses_in_the_same_words(backend, net, t):
    x, t = xpnet.asarray(SCORES, "float32"), xpnet.asarray(t)
    assert refusal(lambda: net.accuracy(x, t)) == refusal(lambda: net.loss(x, t))


@pytest.mark.parametrize("t", [[True], 1.0, [0.5], [0, 1], [[0, 1]]], ids=str)
def test_it_refuses_what_the_loss_refuses_for_one_row(backend, net, t):
    x, t = xpnet.asarray(SCORES[0], "float32"), xpnet.asarray(t)
    assert refusal(lambda: net.accuracy(x, t)) == refusal(lambda: net.loss(x, t))


@pytest.mark.parametrize(
    ("t", "dtype", "span"),
    [
        ([7, -1, 0, 0], "int64", "-1 to 7"),
        ([0, 1, 2, 3], "int8", "0 to 3"),
        ([0, 0, 0, 2**63 + 2], "uint64", f"0 to {2**63 + 2}"),
        ([255, 0, 1, 2], "uint8", "0 to 255"),
    ],
)
@pytest.mark.parametrize("batch_size", [None, 1, 3])
def test_labels_out_of_range_are_refused(backend, net, t, dtype, span, batch_size):
    x, t = xpnet.asarray(SCORES, "float32"), xpnet.asarray(t, dtype)
    span = span if batch_size is None else r"-?\d+ to \d+"  # of its first batch that has one
    with pytest.raises(LabelError, match=f"labels run from {span}, but 3 classes"):
        net.accuracy(x, t, batch_size=batch_size)


@pytest.mark.parametrize("t", [-1, 3])
def test_a_label_of_one_row_out_of_range_is_refused(backend, net, t):
    with pytest.raises(LabelError, match=f"labels run from {t} to {t}, but 3 classes"):
        net.accuracy(xpnet.asarray(SCORES[0], "float32"), t)


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("as_rows", [False, True])
def test_a_network_gone_nan_is_never_right(backend, label, as_rows):
    net = TwoLayerNet(3, 4, 2, seed=0)
    net.params.flat[...] = float("nan")
    t = np.full(5, label)
    t = xpnet.asarray(np.eye(2)[t] if as_rows else t)
    assert net.accuracy(xpnet.asarray(np.ones((5, 3))), t) == 0


def test_a_nan_makes_its_row_wrong_and_no_other(backend, net):
    scores = np.array(SCORES, "float32")
    scores[1, 0] = scores[2, 2] = np.nan
    assert net.accuracy(xpnet.asarray(scores), xpnet.asarray([0, 1, 2, 0])) == 0.5


@pytest.mark.parametrize("dtype", ["float32", "uint8", "bool"])
def test_a_row_without_a_label_is_never_right(backend, net, dtype):
    t = np.eye(3)[[0, 1, 2, 0]]
    t[:2] = 0
    assert net.accuracy(xpnet.asarray(SCORES, "float32"), xpnet.asarray(t, dtype)) == 0.5


def test_weights_of_classes_do_not_change_the_label(backend, net):
    t = xpnet.asarray(np.eye(3)[[0, 1, 2, 1]] * [0.1, 5.0, 100.0])
    assert net.accuracy(xpnet.asarray(SCORES, "float32"), t) == 0.75


def test_one_class_is_right_where_it_is_the_label(backend, net):
    column = xpnet.asarray(np.ones((2, 1)), "float32")
    assert net.accuracy(column, xpnet.asarray([[1], [0]])) == 0.5
    assert net.accuracy(column, xpnet.asarray([0, 0])) == 1
    assert net.accuracy(column[0], xpnet.asarray([1.0])) == 1
    assert net.accuracy(column[0], 0) == 1


class Squares(Layer):
    """A loss of one's own, whose targets are numbers."""

    def forward(self, x, t):
        self.dx = x - t.reshape(x.shape)
        return (self.dx * self.dx).sum()

    def backward(self, dout=1):
        return self.dx


@pytest.mark.parametrize("t", [[0.0, 0.5, -3.0], [0, 7, -1], [[0.0], [2.0], [1.0]]], ids=str)
def test_the_targets_of_another_loss_are_its_own(backend, t):
    net = Network([Relu()], Squares())
    x = xpnet.asarray(np.ones((3, 1)), "float32")
    assert 0 <= net.accuracy(x, xpnet.asarray(t)) <= 1
    assert net.accuracy(x[0], xpnet.asarray(t)[0]) in (0, 1)
    with pytest.raises(ShapeError, match=r"^accuracy: t is \(3, 2\), predict\(x\) is \(3, 1\)"):
        net.accuracy(x, xpnet.asarray(np.ones((3, 2))))
