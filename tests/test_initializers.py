"""Initial weights: a seed means the same everywhere, and the spread is the one asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet
from tests.strange_arrays import strange
from xpnet.errors import OptionError
from xpnet.initializers import floating, scale_of, seeded, weights, zeros


def test_the_same_seed_gives_the_same_weights_on_every_backend(backend):
    made = weights(seeded(7), 20, 30, 0.1, "float64")
    assert xpnet.backend_of(made) is backend
    reference = np.random.default_rng(7).normal(0.0, 0.1, (20, 30))
    np.testing.assert_array_equal(xpnet.to_numpy(made), reference)


def test_float32_weights_are_the_float64_ones_rounded(backend):
    wide, narrow = (weights(seeded(7), 20, 30, "he", dtype) for dtype in ("float64", "float32"))
    assert str(narrow.dtype) == "float32"
    np.testing.assert_array_equal(xpnet.to_numpy(narrow), xpnet.to_numpy(wide).astype("float32"))


def test_another_seed_gives_other_weights():
    first, second = (weights(seeded(seed), 4, 4, 1.0, "float64") for seed in (0, 1))
    assert not (first == second).any()


def test_no_seed_gives_other_weights_each_time():
    first, second = (weights(seeded(None), 4, 4, 1.0, "float64") for _ in range(2))
    assert not (first == second).any()


def test_a_generator_is_passed_through_and_moves_on():
    rng = np.random.default_rng(0)
    assert seeded(rng) is rng
    assert not (weights(rng, 4, 4, 1.0, "float64") == weights(rng, 4, 4, 1.0, "float64")).any()


@pytest.mark.parametrize(
    ("init", "wanted"),
    [("he", math.sqrt(2 / 784)), ("xavier", math.sqrt(1 / 784)), (0.01, 0.01), (0, 0.0), (2, 2.0)],
)
def test_the_scale_is_the_formula(init, wanted):
    assert scale_of(init, 784) == wanted
    assert type(scale_of(init, 784)) is float


@pytest.mark.parametrize("init", ["he", "xavier", 0.01])
def test_the_weights_have_mean_zero_and_the_scale_as_deviation(backend, init):
    made = xpnet.to_numpy(weights(seeded(0), 400, 250, init, "float64"))
    scale = scale_of(init, 400)
    assert abs(made.mean()) < 4 * scale / math.sqrt(made.size)
    assert made.std() == pytest.approx(scale, rel=4 / math.sqrt(2 * made.size))


@pytest.mark.parametrize(
    "init", ["He", "glorot", "", -0.1, math.nan, math.inf, True, None, [0.1]], ids=repr
)
def test_an_init_that_is_no_scale_is_refused_with_the_choices(init):
    with pytest.raises(OptionError, match="'he', 'xavier' or a standard deviation"):
        scale_of(init, 10)


@pytest.mark.parametrize(
    "seed",
    [-1, 1.5, "seed", object(), np.ma.array([1], mask=True), strange("matrix")],
    ids=["negative", "1.5", "str", "object", "masked", "matrix"],
)
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(OptionError, match=r"(?s)^seed: expected None, an integer from 0 on"):
        seeded(seed)


@pytest.mark.parametrize("size", [10**10, 10**20])
def test_what_no_memory_holds_is_refused(size):
    with pytest.raises(OptionError, match=rf"^weights of shape \(1000, {size}\): needs more than"):
        weights(seeded(0), 1000, size, "he", "float32")
    with pytest.raises(OptionError, match=rf"^zeros of shape \({1000 * size},\): needs more than"):
        zeros(1000 * size, "float32")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_zeros_are_zeros_of_the_current_backend(backend, dtype):
    made = zeros(5, dtype)
    assert xpnet.backend_of(made) is backend
    assert (made.shape, str(made.dtype)) == ((5,), dtype)
    assert not xpnet.to_numpy(made).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parameters_can_be_of_float32_and_float64(backend, dtype):
    assert floating(dtype) == backend.dtype(dtype) == floating(backend.dtype(dtype))


@pytest.mark.parametrize("dtype", ["float16", "int32", "double precision", None, 32])
def test_of_other_dtypes_they_cannot_be(backend, dtype):
    with pytest.raises(OptionError, match="expected 'float32' or 'float64'"):
        floating(dtype)
