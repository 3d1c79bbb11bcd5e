"""Right results are always within the bounds, by comparison with exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpnet.backends import Backend, load_backend
from xpnet.layers import Affine, MeanSquaredError, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.parity import compare, gamma
from xpnet.parity.layer_rules import INPUT, LAYER_RULES, batch_bound

sizes = st.integers(1, 40)
seeds = st.integers(0, 2**32 - 1)
spreads = st.sampled_from([1e-3, 1.0, 30.0])


def assert_within(exact, result, bound, dtype="float32"):
    """The error of one result is at most half the bound on the difference of two."""
    assert result.dtype == dtype
    assert compare(exact, result, bound, dtype).bound_ratio <= 0.5


def drawn(rng, *shape, zeros=0.3):
    """Float32 numbers of many magnitudes, some of them 0."""
    made = rng.normal(size=shape) * 10.0 ** rng.integers(-3, 3, shape)
    return (made * (rng.random(shape) > zeros)).astype("float32")


def wide(*arrays):
    return [array.astype("float64") for array in arrays]


@given(sizes, sizes, sizes, seeds)
def test_affine(rows, fan_in, fan_out, seed):
    rng = np.random.default_rng(seed)
    x, W, b = drawn(rng, rows, fan_in), drawn(rng, fan_in, fan_out), drawn(rng, fan_out)
    dout = drawn(rng, rows, fan_out)
    layer, rule = Affine(W, b), LAYER_RULES[Affine]
    exact_x, exact_W, exact_b, exact_dout = wide(x, W, b, dout)
    params = {"W": exact_W, "b": exact_b}
    assert_within(exact_x @ exact_W + exact_b, layer.forward(x), rule.forward(params, exact_x))
    bounds = rule.backward(params, exact_dout, exact_x)
    assert_within(exact_dout @ exact_W.T, layer.backward(dout), bounds[INPUT])
    assert_within(exact_x.T @ exact_dout, layer.dW, bounds["W"])
    assert_within(exact_dout.sum(axis=0), layer.db, bounds["b"])


@given(st.integers(1, 12), seeds)
def test_affine_in_float64_against_fractions(terms, seed):
    rng = np.random.default_rng(seed)
    x, W, b = rng.normal(size=(1, terms)), rng.normal(size=(terms, 1)), rng.normal(size=1)
    bound = LAYER_RULES[Affine].forward({"W": W, "b": b}, x)
    products = [Fraction(float(p)) * Fraction(float(q)) for p, q in zip(x[0], W[:, 0], strict=True)]
    exact = sum(products) + Fraction(float(b[0]))
    off = abs(Fraction(float(Affine(W, b).forward(x)[0, 0])) - exact)
    assert off <= Fraction(float(gamma(bound.count, "float64")[0, 0] * bound.scale[0, 0]))


def test_the_worst_order_of_a_sum_stays_within_its_bound_and_comes_near():
    terms = np.full(3000, np.float32(0.1))
    one_by_one = np.add.accumulate(terms)[-1:]
    bound = LAYER_RULES[Affine].backward(
        {"W": np.ones((1, 1)), "b": np.ones(1)}, wide(terms)[0][:, None], np.ones((3000, 1))
    )["b"]
    found = compare(wide(terms)[0].sum(keepdims=True), one_by_one, bound, "float32")
    assert 0.01 < found.bound_ratio <= 0.5


def test_terms_that_are_zero_are_not_counted():
    x = np.zeros((2, 100))
    x[0, :3] = 1
    bound = LAYER_RULES[Affine].forward({"W": np.ones((100, 5)), "b": np.ones(5)}, x)
    np.testing.assert_array_equal(bound.count, [[4] * 5, [1] * 5])


def test_a_factor_too_small_to_be_normal_may_be_taken_for_zero():
    tiny = float(np.finfo("float32").tiny) / 2
    params = {"W": np.full((3, 2), 1000.0), "b": np.zeros(2)}
    x = np.array([[tiny, 0, 0], [1, 1, 1]])
    bound = LAYER_RULES[Affine].forward(params, x)
    taken = np.array([[0, 0], [3000, 3000]])
    assert compare(x @ params["W"], taken, bound, "float32").bound_ratio <= 1
    assert compare(x @ params["W"], taken + 1e-33, bound, "float32").bound_ratio > 1


def test_one_row_and_rows_of_images_are_bounded_in_their_own_shapes():
    params = {"W": np.ones((6, 2)), "b": np.ones(2)}
    rule = LAYER_RULES[Affine]
    assert rule.forward(params, np.ones(6)).scale.shape == (2,)
    images = np.ones((4, 2, 3))
    assert rule.forward(params, images).scale.shape == (4, 2)
    assert rule.backward(params, np.ones((4, 2)), images)[INPUT].scale.shape == (4, 2, 3)


@given(sizes, spreads, seeds)
def test_sigmoid(size, spread, seed):
    rng = np.random.default_rng(seed)
    x, dout = (spread * rng.normal(size=(2, size))).astype("float32")
    layer, rule = Sigmoid(), LAYER_RULES[Sigmoid]
    exact_x, exact_dout = wide(x, dout)
    y = 1 / (1 + np.exp(-exact_x))
    assert_within(y, layer.forward(x), rule.forward({}, exact_x))
    bound = rule.backward({}, exact_dout, exact_x)[INPUT]
    assert_within(exact_dout * (1 - y) * y, layer.backward(dout), bound)


def test_relu_may_not_be_off_at_all():
    x = np.array([[-1.0, 0.0, 2.0]])
    rule = LAYER_RULES[Relu]
    assert rule.forward({}, x).count == rule.backward({}, x, x)[INPUT].count == 0


@pytest.mark.parametrize("labels", ["integers", "rows"])
@pytest.mark.parametrize("way", ["numpy", "base"])
@given(rows=sizes, classes=st.integers(1, 40), spread=spreads, seed=seeds)
def test_softmax_with_loss(labels, way, rows, classes, spread, seed):
    rng = np.random.default_rng(seed)
    x = (spread * rng.normal(size=(rows, classes))).astype("float32")
    t = rng.integers(0, classes, rows)
    target = np.eye(classes)[t]
    if labels == "rows":
        t = target = rng.dirichlet(np.ones(classes), rows)
    exact = x.astype("float64")
    shifted = exact - exact.max(axis=1, keepdims=True)
    log_y = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    backend, rule = load_backend("numpy"), LAYER_RULES[SoftmaxWithLoss]
    kind = Backend if way == "base" else type(backend)
    with np.errstate(under="ignore"):
        loss, _, dx = kind.softmax_with_loss(backend, x, t)
    wide_t = t.astype("float64")
    exact_loss = np.asarray(-(target * log_y).sum() / rows)
    assert_within(exact_loss, np.asarray(loss), rule.forward({}, exact, wide_t))
    bound = rule.backward({}, 1.0, exact, wide_t)[INPUT]
    assert_within((np.exp(log_y) - target) / rows, dx, bound)


@pytest.mark.parametrize("way", ["numpy", "base"])
@pytest.mark.parametrize("kind", ["float32", "float64"])
@given(rows=sizes, outputs=sizes, spread=spreads, seed=seeds)
def test_mean_squared_error(kind, way, rows, outputs, spread, seed):
    rng = np.random.default_rng(seed)
    x = (spread * rng.normal(size=(rows, outputs))).astype("float32")
    t = (5 + spread * rng.normal(size=(rows, outputs))).astype(kind)
    exact, wide_t = wide(x, t)
    backend, rule = load_backend("numpy"), LAYER_RULES[MeanSquaredError]
    cls = Backend if way == "base" else type(backend)
    loss, dx = cls.mean_squared_error(backend, x, t)
    exact_loss = np.asarray(((exact - wide_t) ** 2).mean())
    assert_within(exact_loss, np.asarray(loss), rule.forward({}, exact, wide_t))
    bound = rule.backward({}, 1.0, exact, wide_t)[INPUT]
    assert_within(2 * (exact - wide_t) / x.size, dx, bound)


def test_targets_of_one_output_are_bounded_in_the_shape_of_the_scores():
    rule, x, t = LAYER_RULES[MeanSquaredError], np.ones((4, 1)), np.zeros(4)
    assert rule.forward({}, x, t).scale == 1
    assert rule.backward({}, 1.0, x, t)[INPUT].scale.tolist() == [[0.5]] * 4


@given(sizes, seeds)
def test_a_batch_of_pixels(size, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (size, 3)).astype("uint8")
    index = np.arange(size)
    batch, _ = load_backend("numpy").gather(pixels, index, index, "float32", 1 / 255)
    assert_within(pixels.astype("float64") / 255, batch, batch_bound(pixels.astype(float), 1 / 255))
