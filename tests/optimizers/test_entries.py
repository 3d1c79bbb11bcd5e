"""All parameters and gradients are looked at before the first of them is written."""

import types

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, NetworkError, ShapeError
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.parameters import Parameters

KINDS = [SGD, Momentum, AdaGrad, RMSProp, Adam]


def pair(dtype="float64", shape=(2,)):
    """A good parameter, and one behind it."""
    return {
        "a": xpnet.asarray(np.ones(3)),
        "W": xpnet.asarray(np.ones(shape)).astype(dtype),
    }


def host(array):
    """A copy, of complex numbers too, which `to_numpy` refuses."""
    return array.get() if hasattr(array, "get") else np.array(array)


def assert_refused(optimizer, params, grads, error, match):
    """An update is refused, and neither parameters nor optimizer have changed."""
    before = {name: host(value).tobytes() for name, value in params.items()}
    state = {
        slot: {n: host(a).tobytes() for n, a in s.items()} for slot, s in optimizer.state.items()
    }
    done = optimizer.steps
    with pytest.raises(error, match=match):
        optimizer.update(params, grads)
    assert {name: host(value).tobytes() for name, value in params.items()} == before
    assert optimizer.steps == done
    for slot, arrays in state.items():
        assert {n: host(a).tobytes() for n, a in optimizer.state[slot].items()} == arrays


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8", "bool", "complex64", "complex128"])
def test_a_parameter_that_is_not_floating_is_refused(backend, kind, dtype):
    assert_refused(kind(), pair(dtype), pair(), TypeError, rf"{dtype}|complex|real")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["int32", "bool", "complex64"])
def test_a_gradient_that_is_not_floating_is_refused(backend, kind, dtype):
    assert_refused(kind(), pair(), pair(dtype), TypeError, rf"{dtype}|complex|real")


@pytest.mark.parametrize("kind", KINDS)
def test_an_integer_buffer_is_refused(backend, kind):
    params = Parameters({"W": xpnet.asarray([1, 2, 3])})
    wanted = (
        rf"^{kind.__name__}: params.flat: expected floating numbers, got int64: write xpnet.asarray"
    )
    assert_refused(kind(), params, params.copy(), TypeError, wanted)


@pytest.mark.parametrize("what", ["params", "grads"])
def test_objects_and_words_are_refused(what):
    for odd in (np.array([1.0, 2.0], object), np.array(["a", "b"])):
        given = {"params": pair(), "grads": pair(), what: {**pair(), "W": odd}}
        optimizer, params = SGD(), given["params"]
        with pytest.raises(TypeError):
            optimizer.update(params, given["grads"])
        assert params["a"].tolist() == [1, 1, 1]
        assert optimizer.steps == 0


@pytest.mark.parametrize(
    "value", [True, 1j, "1", None, [1.0, 2.0], np.bool_(True), np.complex64(1), np.ndarray]
)
def test_what_is_no_array_and_no_number_is_refused(value):
    params = {"a": np.ones(3), "W": value}
    with pytest.raises(TypeError, match=r"^SGD: W: (expected .*)?got "):
        SGD().update(params, {"a": np.ones(3), "W": 1.0})
    assert params["a"].tolist() == [1, 1, 1]
    assert params["W"] is value


@pytest.mark.parametrize("used", [False, True], ids=["new", "used"])
@pytest.mark.parametrize("flat", [False, True], ids=["dict", "parameters"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_read_only_parameter_is_refused(kind, flat, used):
    params, grads, optimizer = pair(), pair(), kind()
    if flat:
        params, grads = Parameters(params), Parameters(grads)
    if used:
        optimizer.update(params, grads)
    (params.flat if flat else params["W"]).flags.writeable = False
    assert_refused(optimizer, params, grads, NetworkError, "is read-only.*pass a copy")


@pytest.mark.parametrize("kind", KINDS)
def test_a_view_that_repeats_an_entry_is_refused(backend, kind):
    # CuPy's broadcast views can be written, all threads into one entry
    params = {**pair(), "W": backend.xp.broadcast_to(xpnet.asarray([1.0]), (2,))}
    assert_refused(kind(), params, pair(), NetworkError, "repeats an entry")


@pytest.mark.parametrize("params", [[np.ones(2)], np.ones(2), None, 3.0])
def test_what_is_no_mapping_is_refused(params):
    with pytest.raises(TypeError, match=r"params: expected a mapping of names .*, got a "):
        SGD().update(params, {})
    with pytest.raises(TypeError, match=r"grads: expected a mapping .* such as net.grads, got a "):
        SGD().update({}, params)


def test_names_need_not_be_words():
    with pytest.raises(NetworkError, match="params are 1, grads 2: the names must agree"):
        SGD().update({1: np.ones(2)}, {2: np.ones(2)})


class Changing(dict):
    """Gives every array once, then something else."""

    looks = 0

    def __getitem__(self, name):
        self.looks += 1
        return super().__getitem__(name) if self.looks <= 2 else np.ones(7, int)

    def keys(self):
        return list(super().keys())


def test_a_mapping_is_looked_at_once():
    params, grads = pair(), types.MappingProxyType(Changing(pair()))
    SGD(lr=1).update(params, grads)
    assert params["W"].tolist() == [0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_that_are_views_of_the_parameters_are_read_first(backend, kind):
    def run(apart):
        both = xpnet.asarray(np.arange(1.0, 7.0))
        params = {"a": both[:2], "b": both[2:]}
        grads = {"a": both[::-1][:2], "b": both[:4]}
        if apart:
            grads = {name: array.copy() for name, array in grads.items()}
        kind(lr=0.5).update(params, grads)
        return host(both)

    np.testing.assert_array_equal(run(apart=False), run(apart=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [10, 2**20 + 2**17])
def test_a_flat_gradient_may_be_a_view_of_the_parameters(backend, kind, size):
    def run(apart):
        params = Parameters({"W": xpnet.asarray(np.linspace(1, 2, size), "float32")})
        turned = params.flat[::-1]
        kind(lr=0.5).update(params, params.like(turned.copy() if apart else turned))
        return host(params["W"])

    np.testing.assert_array_equal(run(apart=False), run(apart=True))


@pytest.mark.parametrize("kind", KINDS)
def test_one_array_under_two_names_takes_both_steps(backend, kind):
    shared = xpnet.asarray([1.0, 2.0])
    one, two = xpnet.asarray([0.5, 0.5]), xpnet.asarray([2.0, 4.0])
    kind(lr=0.25).update({"a": shared, "b": shared}, {"a": one, "b": two})
    alone = [xpnet.asarray([0.0, 0.0]) for _ in range(2)]
    for array, grad in zip(alone, (one, two), strict=True):
        kind(lr=0.25).update({"a": array}, {"a": grad})
    moved = np.array([1.0, 2.0]) + host(alone[0]) + host(alone[1])
    np.testing.assert_allclose(host(shared), moved, rtol=1e-15)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (2, 1, 2)], ids=str)
def test_arrays_of_any_shape_are_stepped(backend, kind, shape):
    params = pair(shape=shape)
    kind(lr=0.5).update(params, pair(shape=shape))
    assert params["W"].shape == shape
    assert (host(params["W"]) < 1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_each_parameter_keeps_its_own_dtype(backend, kind):
    params, double, single = pair("float32"), {"W": pair()["W"]}, {"W": pair("float32")["W"]}
    kind(lr=0.3).update(params, pair())
    kind(lr=0.3).update(single, {"W": pair("float32")["W"]})
    kind(lr=0.3).update(double, {"W": pair()["W"]})
    assert [str(a.dtype) for a in params.values()] == ["float64", "float32"]
    assert host(params["W"]).tobytes() == host(single["W"]).tobytes()
    assert host(params["a"])[0] == host(double["W"])[0]


@pytest.mark.parametrize("flat", [False, True], ids=["dict", "parameters"])
@pytest.mark.parametrize("kind", KINDS)
def test_float64_gradients_of_float32_parameters_equal_cast_ones(backend, kind, flat):
    rng = np.random.default_rng(0)
    cast, plain = ({"W": xpnet.asarray(np.ones(50), "float32")} for _ in range(2))
    if flat:
        cast, plain = Parameters(cast), Parameters(plain)
    optimizers = kind(lr=0.3), kind(lr=0.3)
    for _ in range(3):
        grad = rng.normal(size=50)
        optimizers[0].update(cast, {"W": xpnet.asarray(grad, "float32")})
        optimizers[1].update(plain, {"W": xpnet.asarray(grad, "float64")})
    assert str(plain["W"].dtype) == "float32"
    assert host(cast["W"]).tobytes() == host(plain["W"]).tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_last_gradient_of_another_backend_is_refused(backend, elsewhere, kind):
    grads = {**pair(), "W": xpnet.asarray(np.ones(2), backend=elsewhere)}
    assert_refused(kind(), pair(), grads, MixedBackendError, "its gradient is a ")


def test_a_number_as_gradient_fits_an_array_without_axes_alone(backend):
    params = {"s": xpnet.asarray(np.array(3.0))}
    SGD(lr=0.5).update(params, {"s": 2})
    assert float(params["s"]) == 2
    assert_refused(
        SGD(), pair(), {**pair(), "W": 1.0}, ShapeError, r"^W has shape \(2,\).* is \(\)|float"
    )
