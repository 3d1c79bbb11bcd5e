"""What update refuses, and that a refusal writes nothing."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, NetworkError, ShapeError
from xpnet.layers import Affine
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.parameters import Parameters

KINDS = [SGD, Momentum, AdaGrad, RMSProp, Adam]
WITH_STATE = KINDS[1:]


def arrays(W=(2, 2), b=(2,), **others):
    shapes = {"W": W, "b": b, **others}
    return {name: xpnet.asarray(np.ones(shape)) for name, shape in shapes.items()}


def bits(params):
    return {name: xpnet.to_numpy(array).tobytes() for name, array in params.items()}


def assert_nothing_written(optimizer, params, grads, error, match):
    before, state = bits(params), {slot: bits(a) for slot, a in optimizer.state.items()}
    done = optimizer.steps
    with pytest.raises(error, match=match):
        optimizer.update(params, grads)
    assert bits(params) == before
    assert {slot: bits(optimizer.state[slot]) for slot in state} == state
    assert optimizer.steps == done


@pytest.fixture(params=[False, True], ids=["new", "used"])
def prepared(request, backend):
    """Makes optimizers and their parameters, before their first step or after it."""

    def make(kind, flat):
        optimizer, params = kind(), Parameters(arrays()) if flat else arrays()
        if request.param:
            optimizer.update(params, Parameters(arrays()) if flat else arrays())
        return optimizer, params

    return make


BAD = {
    "too few": (lambda: {"W": arrays()["W"]}, NetworkError, "params are W, b, grads W: "),
    "too many": (lambda: arrays(c=(1,)), NetworkError, "the names must agree"),
    "other name": (lambda: {"W": arrays()["W"], "B": arrays()["b"]}, NetworkError, "grads W, B"),
    "missing": (
        lambda: {**arrays(), "b": None},
        ShapeError,
        r"^b has shape \(2,\), its gradient is missing \(run backward first\)",
    ),
    "other shape": (lambda: arrays(b=(3,)), ShapeError, r"^b has shape \(2,\).* is \(3,\)"),
    "transposed": (lambda: arrays(b=(2, 1)), ShapeError, r"^b has shape \(2,\).* is \(2, 1\)"),
    "number": (lambda: {**arrays(), "b": xpnet.asarray(1.0)}, ShapeError, r"^b .* is \(\)"),
    "list": (lambda: {**arrays(), "b": [1.0, 2.0]}, ShapeError, "^b .* is a list"),
}


@pytest.mark.parametrize(("grads", "error", "match"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("flat", [True, False], ids=["parameters", "dict"])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_that_do_not_fit_are_refused(prepared, kind, flat, grads, error, match):
    optimizer, params = prepared(kind, flat)
    assert_nothing_written(optimizer, params, grads(), error, match)


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_of_another_layout_are_refused_as_gradients(prepared, kind):
    optimizer, params = prepared(kind, True)
    grads = Parameters(arrays(W=(4, 1)))
    assert_nothing_written(optimizer, params, grads, ShapeError, r"^W has shape \(2, 2\)")


def test_a_layer_before_its_backward_has_no_gradient(backend):
    affine = Affine(**arrays())
    assert_nothing_written(SGD(), affine.params, affine.grads, ShapeError, "run backward first")


@pytest.mark.parametrize("flat", [True, False], ids=["parameters", "dict"])
@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_of_another_network_is_refused(backend, kind, flat):
    def taken(net):
        return net.params if flat else dict(net.params)

    optimizer, one, other = kind(), TwoLayerNet(3, 2, 2), TwoLayerNet(3, 4, 2)
    optimizer.update(taken(one), taken(TwoLayerNet(3, 2, 2)))
    grads = taken(TwoLayerNet(3, 4, 2))
    wanted = "its state belongs to parameters of shapes .*make a new optimizer"
    assert_nothing_written(optimizer, taken(other), grads, ShapeError, wanted)
    optimizer.update(taken(one), taken(TwoLayerNet(3, 2, 2)))
    assert optimizer.steps == 2


@pytest.fixture
def foreign(elsewhere):
    """Turns arrays into those of another backend."""
    return lambda array: xpnet.asarray(array, backend=elsewhere)


@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_of_another_backend_is_refused(prepared, foreign, kind):
    optimizer, params = prepared(kind, False)
    grads = arrays()
    grads["b"] = foreign(grads["b"])
    wanted = r"params\['b'\] is a .* its gradient is a "
    assert_nothing_written(optimizer, params, grads, MixedBackendError, wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_a_flat_gradient_of_another_backend_is_refused(prepared, foreign, kind):
    optimizer, params = prepared(kind, True)
    grads = params.like(foreign(params.flat.copy()))
    assert_nothing_written(optimizer, params, grads, MixedBackendError, "grads is a ")
