"""An error of 0.1 % in one kernel is found, and named with its first step."""

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, load_backend
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from xpnet.parity import certify

OFF = 1.001


def first_off(results):
    return (results[0] * OFF, *results[1:])


def last_off(results):
    return (*results[:-1], results[-1] * OFF)


def whole_off(result):
    return result * OFF


RESULTS = {
    "relu_with_mask": (first_off, {"Relu1.forward"}),
    "relu_grad": (whole_off, {"Relu1.backward"}),
    "sigmoid": (whole_off, {"Sigmoid1.forward", "Sigmoid1.backward"}),  # it saves its output
    "sigmoid_grad": (whole_off, {"Sigmoid1.backward"}),
    "tanh": (whole_off, {"Tanh1.forward", "Tanh1.backward"}),  # it saves its output
    "tanh_grad": (whole_off, {"Tanh1.backward"}),
    "leaky_relu": (whole_off, {"LeakyRelu1.forward"}),  # of the saved output the sign matters
    "leaky_relu_grad": (whole_off, {"LeakyRelu1.backward"}),
    "softmax_with_loss": (last_off, {"SoftmaxWithLoss.backward"}),
    "mean_squared_error": (last_off, {"MeanSquaredError.backward"}),
    "gather": (first_off, {"batch x"}),
}
OPTIMIZERS = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW]


@pytest.fixture
def certified(second, data):
    """``certified(activation, optimizer)`` compares the second backend with NumPy."""

    def run(activation="relu", optimizer=None, dtype="float32", last_layer="softmax", **layers):
        layers |= {"activation": activation, "last_layer": last_layer}
        with xpnet.use_backend("numpy"):
            net = MultiLayerNet(12, [8], 3, seed=0, **layers)
        options = {"dtypes": [dtype], "batch_size": 20, "steps": 3}
        given = data if last_layer == "softmax" else (data[0], np.eye(3)[data[1]])
        return certify(net, given, ("numpy", second), optimizer=optimizer, **options)

    return run


@pytest.fixture
def kind(second):
    """The class of the second backend, whose functions tests replace."""
    return type(load_backend(second))


def plant(monkeypatch, owner, name, change, calls_right=0):
    """Change the results of a function, after so many calls with right results."""
    right, calls = getattr(owner, name), []

    def wrong(*args, **options):
        calls.append(name)
        result = right(*args, **options)
        return change(result) if len(calls) > calls_right else result

    monkeypatch.setattr(owner, name, wrong)


def names(certificate):
    return {check.name for _, check in certificate.failures}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("primitive", RESULTS)
def test_a_primitive_that_is_off(certified, kind, monkeypatch, primitive, dtype):
    change, expected = RESULTS[primitive]
    plant(monkeypatch, kind, primitive, change)
    activation = next((a for a in ("sigmoid", "tanh", "leaky_relu") if a in primitive), "relu")
    last_layer = "mse" if primitive == "mean_squared_error" else "softmax"
    certificate = certified(activation, dtype=dtype, last_layer=last_layer)
    assert not certificate.passed
    assert names(certificate) == expected
    step, check = certificate.failures[0]
    assert step == 1
    assert f"step 1: {check.name}: largest relative difference " in str(certificate)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh", "identity"])
@pytest.mark.parametrize("last_layer", ["softmax", "mse"])
def test_without_an_error_every_activation_and_loss_passes(certified, activation, last_layer):
    for dtype in ("float32", "float64"):
        certificate = certified(activation, dtype=dtype, last_layer=last_layer)
        assert certificate.passed, str(certificate)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_update_whose_step_is_off(certified, kind, monkeypatch, optimizer, dtype):
    right = kind.update

    def wrong(*args):
        *others, values = args
        right(*others, {**values, "lr": values["lr"] * OFF})

    monkeypatch.setattr(kind, "update", wrong)
    certificate = certified(optimizer=optimizer(lr=0.1), dtype=dtype)
    own = optimizer.__name__
    assert names(certificate) <= {f"{own} {name}" for name in ("W1", "b1", "W2", "b2")}
    step, check = certificate.failures[0]
    assert (step, check.name) == (1, f"{own} W1")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", [SGD, Momentum, Nesterov, AdamW])
def test_a_weight_decay_that_reaches_the_biases(certified, kind, monkeypatch, optimizer, dtype):
    right = kind.update

    def wrong(*args):
        *others, values = args
        decay = values["weight_decay"]
        right(*others, {**values, "weight_decay": decay * 0 + decay.max()})

    monkeypatch.setattr(kind, "update", wrong)
    certificate = certified(optimizer=optimizer(lr=0.1, weight_decay=0.1), dtype=dtype)
    found = {name.split()[-1] for name in names(certificate)}
    assert found == {"b1", "b2"}
    assert certificate.failures[0][0] == 2  # biases are 0 until then


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_gradients_of_a_bias(certified, kind, monkeypatch, dtype):
    right = kind.xp.sum

    def wrong(*args, **options):
        made = right(*args, **options)
        made *= OFF  # also into an array that is given as out
        return made

    monkeypatch.setattr(kind.xp, "sum", wrong)
    certificate = certified(dtype=dtype)
    assert "Affine1.backward b" in names(certificate)
    assert certificate.failures[0][0] == 1


PRODUCTS = {
    "into a new array": {f"Affine{k}.{way}" for k in (1, 2) for way in ("forward", "backward")},
    "over an array": {"Affine1.backward W", "Affine2.backward W"},
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("where", PRODUCTS)
def test_the_products_of_an_affine_map(certified, kind, monkeypatch, where, dtype):
    right = kind.matmul

    def wrong(backend, a, b, out=None):
        made = right(backend, a, b, out)
        if (out is None) == (where == "into a new array"):
            made *= OFF
        return made

    monkeypatch.setattr(kind, "matmul", wrong)
    certificate = certified(dtype=dtype)
    assert names(certificate) == PRODUCTS[where]
    assert certificate.failures[0][0] == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_entry_that_is_off(certified, kind, monkeypatch, dtype):
    def one_off(results):
        y = results[0].copy()
        worst = np.unravel_index(int(y.argmax()), tuple(y.shape))
        y[worst] *= OFF
        return (y, *results[1:])

    plant(monkeypatch, kind, "relu_with_mask", one_off)
    assert names(certified(dtype=dtype)) == {"Relu1.forward"}


def test_the_first_step_that_is_off_is_named(certified, kind, monkeypatch):
    # each step calls it once for the free run and once for the comparison
    plant(monkeypatch, kind, "relu_grad", whole_off, calls_right=4)
    certificate = certified()
    assert [(step, check.name) for step, check in certificate.failures] == [(3, "Relu1.backward")]
    assert "step 3: Relu1.backward: largest relative difference 1.0e-03, bound 0.0e+00" in str(
        certificate
    )


def test_an_error_within_rounding_is_not_found(certified, kind, monkeypatch):
    plant(monkeypatch, kind, "sigmoid", lambda y: y * (1 + 2**-23))
    assert certified("sigmoid").passed


def test_a_result_in_another_dtype(certified, kind, monkeypatch):
    # right values in a dtype that was not asked for
    plant(monkeypatch, kind, "relu_grad", lambda dx: dx.astype("float64"))
    certificate = certified()
    assert names(certificate) == {"Relu1.backward"}
    assert "step 1: Relu1.backward: float32 against float64 (float32)" in str(certificate)


NORMALISED = {
    "batch_norm": (first_off, {"BatchNorm1.forward"}),
    "batch_norm_grad": (whole_off, {"BatchNorm1.backward"}),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("primitive", NORMALISED)
def test_batch_normalisation_that_is_off(certified, kind, monkeypatch, primitive, dtype):
    change, expected = NORMALISED[primitive]
    plant(monkeypatch, kind, primitive, change)
    certificate = certified(dtype=dtype, batch_norm=True)
    assert names(certificate) == expected
    assert certificate.failures[0][0] == 1


def without_mean(dx, dout, gamma, x_hat, inv_std):
    return dx + gamma * inv_std * dout.mean(axis=0)


def without_variance(dx, dout, gamma, x_hat, inv_std):
    return dx + gamma * inv_std * x_hat * (dout * x_hat).mean(axis=0)


@pytest.mark.parametrize("wrong", [without_mean, without_variance])
def test_a_gradient_that_takes_a_batchs_moments_for_constants(certified, kind, monkeypatch, wrong):
    right = kind.batch_norm_grad

    def planted(backend, *arguments):
        return wrong(right(backend, *arguments), *arguments[:-1])

    monkeypatch.setattr(kind, "batch_norm_grad", planted)
    certificate = certified(batch_norm=True)
    assert "BatchNorm1.backward" in names(certificate)
    assert certificate.failures[0][0] == 1


def test_running_means_that_move_too_far(certified, kind, monkeypatch):
    right = kind.batch_norm

    def planted(backend, x, gamma, beta, running, momentum, eps):
        return right(backend, x, gamma, beta, running, momentum * OFF, eps)

    monkeypatch.setattr(kind, "batch_norm", planted)
    certificate = certified(batch_norm=True)
    assert names(certificate) == {
        "BatchNorm1.forward running_mean",
        "BatchNorm1.forward running_var",
    }


def other_mask(results):
    mask = results[1].copy()
    mask[0, 0] = ~mask[0, 0]
    return results[0], mask


def one_more_kept(results):
    y = results[0].copy()
    y[0] = 1
    return y, results[1]


DROPPED = {
    "kept entries that are not scaled": ("dropout", one_more_kept, {"Dropout1.forward"}),
    "another mask": ("dropout", other_mask, {"Dropout1.backward"}),
    "a gradient that is off": ("dropout_grad", whole_off, {"Dropout1.backward"}),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("fault", DROPPED)
def test_dropout_that_is_off(certified, kind, monkeypatch, fault, dtype):
    primitive, change, expected = DROPPED[fault]
    if primitive == "dropout_grad" and kind.dropout is Backend.dropout:
        expected = expected | {"Dropout1.forward"}  # the base computes it by the same primitive
    plant(monkeypatch, kind, primitive, change)
    certificate = certified("sigmoid", dtype=dtype, dropout=0.5)
    assert names(certificate) == expected
    assert certificate.failures[0][0] == 1


def test_a_gradient_that_draws_a_new_mask(certified, kind, monkeypatch):
    def planted(backend, dout, mask, rate):
        zero = backend.xp.zeros(1, dtype="int64")
        new = backend.dropout_mask(tuple(mask.shape), zero, 1, rate)
        return backend.xp.where(new, dout / (1 - rate), 0)

    monkeypatch.setattr(kind, "dropout_grad", planted)
    assert "Dropout1.backward" in names(certified("sigmoid", dropout=0.5))


def test_the_same_masks_are_drawn_whatever_the_backend(certified):
    certificate = certified("sigmoid", dropout=0.5, batch_norm=True)
    assert certificate.passed, str(certificate)
    checks = {check.name: check for check in certificate}
    for name in ("Dropout1.forward", "Dropout1.backward", "Dropout1.forward steps"):
        assert all(found.bound_ratio == 0 for found in checks[name].differences)
