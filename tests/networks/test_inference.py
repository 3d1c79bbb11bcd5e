"""Inference: scores of rows of any kind, in batches, with the threads that fit; nothing is kept."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import LabelError, NetworkError, OptionError, ShapeError
from xpnet.functions import softmax
from xpnet.layers import Affine, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet


class Spy(Layer):
    """Passes rows on and remembers how many came, and of what dtype."""

    def __init__(self, rowwise=True):
        self.rowwise, self.rows, self.dtypes = rowwise, [], set()

    def apply(self, x):
        self.rows.append(x.shape[0])
        self.dtypes.add(str(x.dtype))
        return x

    def backward(self, dout):
        return dout


def spied(spy):
    W = np.arange(8).reshape(4, 2)
    affine = Affine(xpnet.asarray(W, "float32"), xpnet.asarray([1, 2], "float32"))
    return Network([spy, affine], SoftmaxWithLoss())


def test_scores_are_those_of_the_equations(backend, batch):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0, dtype="float64")
    net.params["b1"] += 0.1
    x = xpnet.to_numpy(batch[0]).astype("float64")
    W1, b1, W2, b2 = map(xpnet.to_numpy, net.params.values())
    wanted = np.maximum(x @ W1 + b1, 0) @ W2 + b2
    np.testing.assert_allclose(xpnet.to_numpy(net.predict(batch[0])), wanted, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", "float32", "float64", "bool"])
def test_input_is_cast_to_the_networks_dtype_once(backend, dtype):
    spy = Spy()
    scores = spied(spy).predict(xpnet.asarray(np.ones((3, 4), dtype)))
    assert spy.dtypes == {"float32"}
    assert scores.dtype == "float32"


def test_uint8_means_0_to_255(backend):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)
    pixels = np.array([[0, 255, 128, 7]])
    as_bytes = net.predict(xpnet.asarray(pixels, "uint8"))
    as_floats = net.predict(xpnet.asarray(pixels, "float32"))
    np.testing.assert_array_equal(xpnet.to_numpy(as_bytes), xpnet.to_numpy(as_floats))


def test_scale_multiplies_after_the_cast(backend):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)
    pixels = xpnet.asarray([[0, 255, 128, 7]], "uint8")
    scaled = net.predict(pixels, scale=1 / 255)
    divided = net.predict(xpnet.asarray(pixels, "float32") / 255)
    np.testing.assert_allclose(xpnet.to_numpy(scaled), xpnet.to_numpy(divided), rtol=1e-5)


def test_a_numpy_scale_does_not_widen_the_dtype(backend):
    scores = TwoLayerNet(4, 3, 2).predict(xpnet.asarray(np.ones((3, 4))), scale=np.float64(0.5))
    assert scores.dtype == "float32"


@pytest.mark.parametrize(
    "scale", ["a", "0.5", b"1", 1 + 0j, np.complex128(1), np.nan, np.inf, [1, 2]]
)
def test_a_scale_that_is_no_finite_number_is_refused(scale):
    net, x, t = TwoLayerNet(4, 3, 2), np.ones((3, 4)), np.zeros(3, int)
    with pytest.raises(OptionError, match=r"scale=.*expected a finite number"):
        net.predict(x, scale=scale)
    with pytest.raises(OptionError, match=r"scale=.*expected a finite number"):
        net.accuracy(x, t, scale=scale)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 8])
def test_batches_give_what_one_batch_gives(backend, batch, batch_size):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0, dtype="float64")
    whole, parts = net.predict(batch[0]), net.predict(batch[0], batch_size=batch_size)
    np.testing.assert_allclose(xpnet.to_numpy(parts), xpnet.to_numpy(whole), rtol=1e-12)


@pytest.mark.parametrize(
    ("batch_size", "rows"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (100, [7]), (None, [7])]
)
def test_no_batch_has_more_rows_than_batch_size(backend, batch, batch_size, rows):
    spy = Spy()
    net = spied(spy)
    net.predict(batch[0], batch_size=batch_size)
    assert spy.rows == rows
    net.accuracy(*batch, batch_size=batch_size)
    assert spy.rows == rows * 2


def test_without_batch_size_1024_rows_are_taken_at_once(backend):
    spy = Spy()
    spied(spy).predict(xpnet.asarray(np.ones((2050, 4), "float32")))
    assert spy.rows == [1024, 1024, 2]


def test_a_layer_that_is_not_rowwise_sees_all_rows_at_once(backend, batch):
    spy = Spy(rowwise=False)
    net = spied(spy)
    net.predict(batch[0], batch_size=2)
    net.accuracy(*batch, batch_size=2)
    assert spy.rows == [7, 7]


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, "3", True])
def test_a_bad_batch_size_is_refused(batch_size):
    with pytest.raises(OptionError, match=r"batch_size: .*whole number from 1 on"):
        TwoLayerNet(4, 3, 2).predict(np.ones((3, 4)), batch_size=batch_size)


def test_no_rows_give_no_rows_of_scores(backend, batch):
    scores = TwoLayerNet(4, 3, 2).predict(batch[0][:0])
    assert (scores.shape, scores.dtype) == ((0, 2), "float32")


def test_one_row_gives_its_scores_alone(backend, batch):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)
    alone, first = net.predict(batch[0][0]), net.predict(batch[0])[0]
    assert alone.shape == (2,)
    np.testing.assert_allclose(xpnet.to_numpy(alone), xpnet.to_numpy(first), rtol=1e-5)


def test_one_row_of_more_entries_than_a_batch_has_rows_is_one_row(backend):
    x = xpnet.asarray(np.random.default_rng(0).normal(size=(2, 1500)), "float32")
    net = TwoLayerNet(1500, 3, 2, seed=0)
    alone = xpnet.to_numpy(net.predict(x[0]))
    assert alone.shape == (2,)
    np.testing.assert_allclose(alone, xpnet.to_numpy(net.predict(x))[0], rtol=1e-4, atol=1e-6)
    assert net.accuracy(x[0], int(alone.argmax())) == 1


def test_rows_of_images_are_flattened(backend, batch):
    net = TwoLayerNet(4, 3, 2, seed=0)
    flat, square = net.predict(batch[0]), net.predict(batch[0].reshape(7, 1, 2, 2))
    np.testing.assert_array_equal(xpnet.to_numpy(square), xpnet.to_numpy(flat))


def test_rows_of_another_width_are_refused(backend):
    with pytest.raises(ShapeError, match=r"x is \(3, 5\), W takes \(N, 4\)"):
        TwoLayerNet(4, 3, 2).predict(xpnet.asarray(np.ones((3, 5), "float32")))


def test_predict_and_accuracy_keep_nothing(backend, batch):
    net = TwoLayerNet(4, 3, 2)
    net.predict(batch[0])
    net.accuracy(*batch)
    assert net.layers["Affine1"].x is net.layers["Relu1"].mask is net.last_layer.y is None


def test_predict_does_not_write_into_its_input(backend, batch):
    before = xpnet.to_numpy(batch[0]).copy()
    net = Network([Relu()], SoftmaxWithLoss())
    net.predict(batch[0])[...] = 5
    np.testing.assert_array_equal(xpnet.to_numpy(batch[0]), before)


# --- threads of BLAS ---------------------------------------------------------------------------


@pytest.fixture
def limits(backend, monkeypatch):
    """The operations that inference tells the backend of, each time it may take few threads."""
    told, few = [], backend.few_threads

    def watched(operations):
        told.append(operations)
        return few(operations)

    monkeypatch.setattr(backend, "few_threads", watched)
    return told


@pytest.mark.parametrize(("rows", "batch_size", "batches"), [(7, None, [7]), (7, 3, [3, 3, 1])])
def test_the_threads_of_a_batch_are_chosen_by_its_largest_product(
    backend, limits, rows, batch_size, batches
):
    net = TwoLayerNet(4, 3, 2, seed=0)
    x = xpnet.asarray(np.ones((rows, 4)), "float32")
    net.predict(x, batch_size=batch_size)
    net.accuracy(x, xpnet.asarray(np.zeros(rows, int)), batch_size=batch_size)
    net.predict(x[0])
    assert limits == [2 * batch * 4 * 3 for batch in [*batches, *batches, 1]]


def test_a_network_without_parameters_has_no_products(limits):
    net = Network([Relu()], SoftmaxWithLoss(), dtype="float32")
    net.predict(xpnet.asarray(np.ones((5, 2)), "float32"))
    assert limits == [0]


class SquaredError(Layer):
    """Another loss, whose scores are no logits."""

    def forward(self, x, t):
        return ((x - t) ** 2).sum()

    def backward(self, dout=1):
        return dout


def test_probabilities_are_the_softmax_of_the_scores(backend, batch):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)
    proba = net.predict_proba(batch[0], batch_size=3, scale=0.5)
    assert (proba.shape, proba.dtype) == ((7, 2), "float32")
    scores = net.predict(batch[0], scale=0.5)
    np.testing.assert_allclose(
        xpnet.to_numpy(proba), xpnet.to_numpy(softmax(scores)), rtol=1e-5, atol=1e-7
    )
    np.testing.assert_allclose(xpnet.to_numpy(proba).sum(axis=1), 1, rtol=1e-6)


def test_probabilities_of_one_row_and_of_none(backend, batch):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)
    one = xpnet.to_numpy(net.predict_proba(batch[0][0]))
    np.testing.assert_allclose(one, xpnet.to_numpy(net.predict_proba(batch[0]))[0], rtol=1e-5)
    assert net.predict_proba(batch[0][:0]).shape == (0, 2)


def test_probabilities_of_scores_that_are_no_logits_are_refused(backend, batch):
    affine = Affine(xpnet.asarray(np.ones((4, 2))), xpnet.asarray(np.zeros(2)))
    net = Network([affine], SquaredError())
    with pytest.raises(NetworkError, match=r"last layer is SoftmaxWithLoss, got SquaredError; use"):
        net.predict_proba(batch[0])


@pytest.mark.parametrize("batch_size", [1, 3, 7, None])
@pytest.mark.parametrize("rows", [False, True])
def test_evaluate_gives_the_mean_loss_of_all_rows_and_their_accuracy(
    backend, batch, batch_size, rows
):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0, dtype="float64")
    x, t = batch
    if rows:  # of any mass
        t = xpnet.asarray(np.eye(2)[xpnet.to_numpy(t)] * [0.5, 3.0])
    found = net.evaluate(x, t, batch_size=batch_size)
    assert found.loss == pytest.approx(float(net.loss(x, t)), rel=1e-12)
    assert found.accuracy == net.accuracy(x, t)
    assert type(found.loss) is type(found.accuracy) is float


def test_evaluate_takes_one_row_and_a_scale(backend, batch):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0, dtype="float64")
    x, t = batch
    found = net.evaluate(x[0], t[0], scale=0.5)
    assert found == net.evaluate(x[:1] * 0.5, t[:1])


def test_evaluate_asks_a_loss_of_ones_own_with_its_own_targets(backend, batch):
    seen = []

    class Squares:
        def forward(self, x, t):
            seen.append(str(t.dtype))
            return ((x - t) ** 2).mean()

        def backward(self): ...

    net = Network([Relu()], Squares())
    x = batch[0]
    found = net.evaluate(x, xpnet.asarray(np.zeros(x.shape), "float32"), batch_size=3)
    assert found.loss == pytest.approx(float((xpnet.to_numpy(net.predict(x)) ** 2).mean()), 1e-5)
    assert seen == ["float32"] * 3


def test_evaluate_goes_once_through_the_layers_and_keeps_nothing(backend, batch):
    spy = Spy()
    net = spied(spy)
    net.evaluate(*batch, batch_size=3)
    assert spy.rows == [3, 3, 1]
    assert xpnet.memory_report(net).saved == 0


def test_evaluate_refuses_what_accuracy_refuses_by_its_own_name(backend, batch):
    net = TwoLayerNet(4, 3, 2)
    with pytest.raises(ShapeError, match=r"evaluate: x is \(7, 4\), t is \(6,\)"):
        net.evaluate(batch[0], batch[1][:6])
    with pytest.raises(LabelError, match="labels run from"):
        net.evaluate(batch[0], batch[1] + 1)
