"""accuracy: the share of rows whose largest score is at their label."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import ShapeError
from xpnet.layers import Relu, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet


@pytest.fixture
def net():
    """Its scores are its input, where that is positive."""
    return Network([Relu()], SoftmaxWithLoss())


SCORES = [[3, 1, 2], [1, 3, 2], [1, 2, 3], [3, 2, 1]]  # largest at 0, 1, 2, 0


@pytest.mark.parametrize(
    ("labels", "share"), [([0, 1, 2, 0], 1), ([0, 1, 2, 1], 0.75), ([1, 2, 0, 1], 0)]
)
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_integer_labels_are_counted(backend, net, labels, share, dtype):
    accuracy = net.accuracy(xpnet.asarray(SCORES, "float32"), xpnet.asarray(labels, dtype))
    assert accuracy == share
    assert isinstance(accuracy, float)


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_one_hot_rows_are_counted(backend, net, dtype):
    t = xpnet.asarray(np.eye(3)[[0, 1, 2, 1]], dtype)
    assert net.accuracy(xpnet.asarray(SCORES, "float32"), t) == 0.75


def test_soft_rows_count_by_their_largest_entry(backend, net):
    t = xpnet.asarray([[0.4, 0.3, 0.3], [0.6, 0.4, 0.0]])
    assert net.accuracy(xpnet.asarray(SCORES[:2], "float32"), t) == 0.5


@pytest.mark.parametrize("batch_size", [1, 3, 4, 5])
def test_batches_do_not_change_the_share(backend, net, batch_size):
    x, t = xpnet.asarray(SCORES, "float32"), xpnet.asarray([0, 1, 2, 1])
    assert net.accuracy(x, t, batch_size=batch_size) == 0.75


def test_scale_multiplies_the_batch(backend, net):
    x, t = xpnet.asarray(SCORES, "float32"), xpnet.asarray([0, 1, 2, 0])
    assert net.accuracy(x, t, scale=0.5) == 1
    assert net.accuracy(x, t, scale=-1) == 0.5  # Relu closes all: the largest is at 0


@pytest.mark.parametrize(("label", "share"), [(1, 1.0), (2, 0.0)])
def test_one_row_takes_one_label(backend, net, label, share):
    row = xpnet.asarray([1, 3, 2], "float32")
    assert net.accuracy(row, label) == share
    assert net.accuracy(row, xpnet.asarray(label)) == share
    assert net.accuracy(row, xpnet.asarray(np.eye(3)[label])) == share


@pytest.mark.parametrize("rows", [3, 5, 0])
def test_another_number_of_labels_is_refused(backend, net, rows):
    with pytest.raises(ShapeError, match=rf"x is \(4, 3\), t is \({rows},\)"):
        net.accuracy(xpnet.asarray(SCORES), xpnet.asarray(np.zeros(rows, int)))


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_rows_of_another_width_are_refused(backend, net, columns):
    with pytest.raises(ShapeError, match=r"expected integer labels \(4,\) or rows \(4, 3\)"):
        net.accuracy(xpnet.asarray(SCORES), xpnet.asarray(np.ones((4, columns), int)))


def test_a_single_label_for_many_rows_is_refused(backend, net):
    with pytest.raises(ShapeError, match="as many labels as rows"):
        net.accuracy(xpnet.asarray(SCORES), 1)


def test_no_rows_are_refused(backend, net):
    with pytest.raises(ShapeError, match="at least one"):
        net.accuracy(xpnet.asarray(np.ones((0, 3))), xpnet.asarray(np.ones(0, int)))


def test_it_agrees_with_predict(backend, batch):
    net = TwoLayerNet(4, 5, 2, weight_init_std="he", seed=3)
    scores = xpnet.to_numpy(net.predict(batch[0]))
    right = (scores.argmax(axis=1) == xpnet.to_numpy(batch[1])).mean()
    assert net.accuracy(*batch) == right
    assert 0 < right < 1
