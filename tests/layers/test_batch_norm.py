"""BatchNorm: PyTorch's values, what it keeps from step to step, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError, ShapeError
from xpnet.gradient import check_layer
from xpnet.layers import BatchNorm

RNG = np.random.default_rng(0)


def host(array):
    return xpnet.to_numpy(array)


@pytest.fixture
def layer(backend):
    made = BatchNorm(3, dtype="float64")
    made.gamma, made.beta = xpnet.asarray([0.5, -2.0, 1.0]), xpnet.asarray([1.0, 0.0, -1.0])
    return made


def near(found, wanted):
    np.testing.assert_allclose(host(found), wanted.detach().numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("momentum", "eps"), [(0.1, 1e-5), (0.7, 0.3), (0, 1e-3), (1, 1e-5)])
def test_values_gradients_and_buffers_are_those_of_pytorch(backend, momentum, eps):
    torch = pytest.importorskip("torch", reason="the other side is PyTorch")
    layer = BatchNorm(4, momentum, eps, dtype="float64")
    other = torch.nn.BatchNorm1d(4, eps, momentum, dtype=torch.float64)
    gamma, beta = RNG.normal(size=(2, 4))
    layer.gamma, layer.beta = xpnet.asarray(gamma), xpnet.asarray(beta)
    with torch.no_grad():
        other.weight.copy_(torch.from_numpy(gamma))
        other.bias.copy_(torch.from_numpy(beta))
    for rows in (2, 7, 100):
        x, dout = 3 * RNG.normal(size=(2, rows, 4)) + 5
        given = torch.from_numpy(x).requires_grad_()
        other.zero_grad()
        out = other(given)
        out.backward(torch.from_numpy(dout))
        near(layer.forward(xpnet.asarray(x)), out)
        near(layer.backward(xpnet.asarray(dout)), given.grad)
        near(layer.dgamma, other.weight.grad)
        near(layer.dbeta, other.bias.grad)
        near(layer.running_mean, other.running_mean)
        near(layer.running_var, other.running_var)
    near(layer.apply(xpnet.asarray(x)), other.eval()(given))


def test_a_batch_far_from_zero_keeps_its_digits(backend):
    x = RNG.normal(size=(1000, 2)) + np.array([1e3, -1e4])
    layer = BatchNorm(2)
    found = host(layer.forward(xpnet.asarray(x, "float32")))
    given = x.astype("float32").astype("float64")
    wanted = (given - given.mean(axis=0)) / given.std(axis=0)
    np.testing.assert_allclose(found, wanted, atol=2e-2)  # 6e-4 is an epsilon of 1e4
    assert host(layer.inv_std) == pytest.approx(1 / given.std(axis=0), rel=1e-3)


def test_a_constant_column_becomes_beta_and_has_no_gradient(layer):
    x = xpnet.asarray([[2.0, 1.0, 0.0], [2.0, 5.0, 1.0], [2.0, 4.0, 7.0]])
    assert host(layer.forward(x))[:, 0].tolist() == [1, 1, 1]
    dx = host(layer.backward(xpnet.asarray(RNG.normal(size=(3, 3)))))
    assert abs(dx.sum(axis=0)).max() < 1e-12


def test_nan_stays_in_its_column(layer):
    x = RNG.normal(size=(4, 3))
    x[2, 1] = np.nan
    out = host(layer.forward(xpnet.asarray(x)))
    assert np.isnan(out).all(axis=0).tolist() == [False, True, False]
    assert np.isnan(out).any(axis=0).tolist() == [False, True, False]


def test_buffers_are_written_in_place_and_by_forward_alone(layer):
    mean, var = layer.running_mean, layer.running_var
    x = xpnet.asarray(RNG.normal(size=(5, 3)))
    layer.apply(x)
    layer.apply_training(x)
    assert (host(mean) == 0).all()
    assert (host(var) == 1).all()
    layer.backward(layer.forward(x))
    assert layer.running_mean is mean
    assert layer.buffers["running_var"] is var
    assert (host(mean) != 0).all()


def test_inference_takes_any_number_of_rows_and_one_alone(layer):
    x = xpnet.asarray(RNG.normal(size=(4, 3)))
    layer.forward(x)
    whole = host(layer.apply(x))
    np.testing.assert_allclose(host(layer.apply(x[2])), whole[2], rtol=1e-14)
    np.testing.assert_allclose(host(layer.apply(x[2:3])), whole[2:3], rtol=1e-14)
    assert layer.apply(x[:0]).shape == (0, 3)


@pytest.mark.parametrize("how", ["forward", "apply_training"])
@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (3,)])
def test_a_batch_of_one_row_is_refused_in_training(layer, how, shape):
    with pytest.raises(ShapeError, match=r"^BatchNorm: x is .*at least two rows.*batch_size"):
        getattr(layer, how)(xpnet.asarray(np.ones(shape)))
    assert layer.x_hat is None


@pytest.mark.parametrize("how", ["forward", "apply", "apply_training"])
@pytest.mark.parametrize("shape", [(4, 2), (4, 3, 1), (2,), ()])
def test_an_input_of_another_width_is_refused(layer, how, shape):
    with pytest.raises(ShapeError, match=r"^BatchNorm: x is .* expected \(N, 3\)"):
        getattr(layer, how)(xpnet.asarray(np.ones(shape)))


@pytest.mark.parametrize(
    "options",
    [
        {"size": 0},
        {"size": 2.5},
        {"size": 2, "momentum": 1.5},
        {"size": 2, "momentum": -0.1},
        {"size": 2, "momentum": None},
        {"size": 2, "momentum": float("nan")},
        {"size": 2, "eps": 0},
        {"size": 2, "eps": "small"},
    ],
)
def test_options_that_cannot_be_are_refused_by_name(options):
    with pytest.raises(OptionError, match=[*options][-1]):
        BatchNorm(**options)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_layer_made_of_its_parameters_and_options_is_like_it(backend, dtype):
    layer = BatchNorm(3, 0.3, 1e-3, dtype=dtype)
    layer.gamma = xpnet.asarray(RNG.normal(size=3), dtype)
    made = BatchNorm.from_params(layer.params, layer.options())
    assert (made.momentum, made.eps, str(made.gamma.dtype)) == (0.3, 1e-3, dtype)
    np.testing.assert_array_equal(host(made.gamma), host(layer.gamma))
    assert made.gamma is not layer.gamma


def test_a_check_leaves_the_buffers_as_they_were(layer):
    layer.forward(xpnet.asarray(RNG.normal(size=(5, 3))))
    before = [host(array).copy() for array in layer.buffers.values()]
    assert check_layer(layer, xpnet.asarray(RNG.normal(size=(6, 3)))).passed
    for array, wanted in zip(layer.buffers.values(), before, strict=True):
        np.testing.assert_array_equal(host(array), wanted)
