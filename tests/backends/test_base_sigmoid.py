"""The sigmoid keeps its digits from one end to the other, in every dtype and on every backend."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend

from .primitive_calls import Plain

ENDS = {"float16": (-9.5, 12.0), "float32": (-80.0, 120.0), "float64": (-700.0, 800.0)}
"""From where the result is a normal number to where it has long been 1."""


@pytest.fixture(params=["the backend's", "the base's"])
def sigmoid(request: pytest.FixtureRequest, backend: Backend) -> Any:
    """The primitive on arrays of the host, and how far it is from overflow and warnings."""

    def call(x: Any) -> Any:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            if request.param == "the base's":
                return xpnet.to_numpy(Backend.sigmoid(Plain(backend), xpnet.asarray(x)))
            return xpnet.to_numpy(backend.sigmoid(xpnet.asarray(x)))

    return call


def exact(x: Any) -> list[Decimal]:
    """By the definition, to 50 digits."""
    with localcontext() as context:
        context.prec = 50
        return [1 / (1 + (-Decimal(float(number))).exp()) for number in x]


def units_off(y: Any, x: Any) -> float:
    """The largest error in units of the last place of the exact result."""
    wanted = exact(x)
    places = np.spacing(np.array([float(number) for number in wanted]).astype(y.dtype))
    return max(
        float(abs(Decimal(float(found)) - number) / Decimal(float(place)))
        for found, number, place in zip(y, wanted, places, strict=True)
    )


@pytest.mark.parametrize("dtype", ENDS)
def test_no_digit_is_lost_at_either_end(sigmoid: Any, dtype: str) -> None:
    rng = np.random.default_rng(0)
    low, high = ENDS[dtype]
    spread = [np.linspace(low, high, 400), rng.uniform(low, high, 400), rng.normal(0, 3, 400)]
    near_0 = np.array([0, 1, -1]) * np.finfo(dtype).tiny, -np.geomspace(1e-4, -low, 200)
    x = np.concatenate([*spread, *near_0]).astype(dtype)
    x = x[(x >= low) & (x <= high)]
    y = sigmoid(x)
    assert y.dtype == dtype
    assert units_off(y, x) <= 4


@pytest.mark.parametrize("dtype", ENDS)
def test_beyond_the_small_end_it_goes_down_to_zero(sigmoid: Any, dtype: str) -> None:
    # numbers below the smallest normal one have fewer digits, and a device may call them 0
    low, tiny = ENDS[dtype][0], float(np.finfo(dtype).tiny)
    x = np.linspace(4 * low, low, 300).astype(dtype)
    y = sigmoid(x)
    assert y[0] == 0
    assert (np.diff(y.astype("float64")) >= 0).all()
    wanted = np.array([float(number) for number in exact(x)])
    rtol = 1e-2 if dtype == "float16" else 1e-6
    np.testing.assert_allclose(y.astype("float64"), wanted, rtol=rtol, atol=tiny)


@pytest.mark.parametrize("dtype", ENDS)
def test_it_rises_and_is_exact_at_zero_and_infinity(sigmoid: Any, dtype: str) -> None:
    x = np.linspace(-30, 30, 4001).astype(dtype)
    assert (np.diff(sigmoid(x).astype("float64")) >= 0).all()
    inf = np.inf
    y = sigmoid(np.array([0.0, -0.0, inf, -inf, np.nan, 1e4, -1e4], dtype))
    np.testing.assert_array_equal(y, np.array([0.5, 0.5, 1, 0, np.nan, 1, 0], dtype))


def test_half_precision_never_falls_and_is_rounded_once(backend: Backend) -> None:
    x = np.sort(np.arange(2**16, dtype="uint16").view("float16"))
    x = x[np.isfinite(x)]
    y = xpnet.to_numpy(backend.sigmoid(xpnet.asarray(x))).astype("float64")
    assert (np.diff(y) >= 0).all()
    with np.errstate(over="ignore"):
        exact = 1 / (1 + np.exp(-x.astype("float64")))
    normal = exact >= np.finfo("float16").tiny
    places = np.spacing(exact.astype("float16")).astype("float64")
    assert (abs(y - exact) <= 0.51 * places)[normal].all()


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int64"])
def test_integers_are_taken_as_numbers(sigmoid: Any, dtype: str) -> None:
    x = np.array([0, 1] if dtype == "bool" else [0, 1, 3, 100], dtype)
    np.testing.assert_allclose(sigmoid(x), [float(number) for number in exact(x)], rtol=1e-6)


def test_a_nan_beside_small_numbers_leaves_them(sigmoid: Any) -> None:
    y = sigmoid(np.array([np.nan, -95.0, -60.0], "float32"))
    assert np.isnan(y[0])
    tiny = np.finfo("float32").tiny
    np.testing.assert_allclose(y[1:], np.exp([-95.0, -60.0]), rtol=1e-5, atol=tiny / 100)


def test_underflow_is_no_error() -> None:
    backend = xpnet.get_backend()
    with np.errstate(all="raise"):
        for dtype in ENDS:
            y = backend.sigmoid(np.array([-1000.0, 0.0, 1000.0], dtype))
            assert y.tolist() == [0, 0.5, 1]
        assert backend.sigmoid(np.array(-1000.0)) == 0
