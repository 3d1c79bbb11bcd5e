"""Right results of dropout and batch normalisation are within the bounds, another mask is not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xpnet.layers import BatchNorm, Dropout
from xpnet.parity import compare
from xpnet.parity.layer_rules import INPUT, LAYER_RULES

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


@given(st.integers(2, 40), sizes, seeds, spreads, st.sampled_from([1e-5, 0.1]))
def test_batch_norm(rows, columns, seed, spread, eps):
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(rows, columns)) * spread + rng.normal(size=columns)).astype("float32")
    dout, gamma, beta = drawn(rng, rows, columns), drawn(rng, columns), drawn(rng, columns)
    layer, rule = BatchNorm(columns, 0.1, eps), LAYER_RULES[BatchNorm]
    layer.gamma, layer.beta = gamma, beta
    exact_x, exact_dout, exact_gamma, exact_beta = wide(x, dout, gamma, beta)
    exact = BatchNorm(columns, 0.1, eps, dtype="float64")
    exact.gamma, exact.beta = exact_gamma, exact_beta
    params = {"gamma": exact_gamma, "beta": exact_beta, **layer.options()}
    before = {name: array.astype("float64") for name, array in layer.buffers.items()}
    assert_within(exact.forward(exact_x), layer.forward(x), rule.forward(params, exact_x))
    for name, bound in rule.buffers(params, before, exact_x).items():
        assert_within(exact.buffers[name], layer.buffers[name], bound)
    bounds = rule.backward(params, exact_dout, exact_x)
    assert_within(exact.backward(exact_dout), layer.backward(dout), bounds[INPUT])
    assert_within(exact.dgamma, layer.dgamma, bounds["gamma"])
    assert_within(exact.dbeta, layer.dbeta, bounds["beta"])


@given(sizes, sizes, seeds, st.sampled_from([0.1, 0.5, 0.9]))
def test_dropout(rows, columns, seed, rate):
    rng = np.random.default_rng(seed)
    x, dout = drawn(rng, rows, columns), drawn(rng, rows, columns)
    layer, same, rule = Dropout(rate, seed), Dropout(rate, seed), LAYER_RULES[Dropout]
    params, (exact_x, exact_dout) = layer.options(), wide(x, dout)
    assert_within(same.forward(x), layer.forward(x), rule.forward(params, exact_x))
    bounds = rule.backward(params, exact_dout, exact_x)
    assert_within(same.backward(dout), layer.backward(dout), bounds[INPUT])
    assert rule.buffers(params, {"steps": np.zeros(1)}, x)["steps"].count == 0


def test_another_mask_is_beyond_the_bound_of_dropout():
    x = np.ones((3, 4), "float32")
    bound = LAYER_RULES[Dropout].forward({"rate": 0.5}, x)
    mine, other = Dropout(0.5, 1).forward(x), Dropout(0.5, 2).forward(x)
    assert compare(mine, other, bound, "float32").bound_ratio > 1e6
