"""Parameters: views of one flat buffer that stay attached."""

from __future__ import annotations

import copy
import math
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import BackendError, MixedBackendError, NetworkError, ShapeError
from xpnet.parameters import FreshGradients, Parameters, Scope

SHAPES = {"W1": (3, 5), "b1": (5,), "W2": (5, 33), "s": ()}


def host_arrays():
    rng = np.random.default_rng(0)
    return {name: np.asarray(rng.normal(size=shape)) for name, shape in SHAPES.items()}


@pytest.fixture(params=["float32", "float64"])
def params(request, backend):
    arrays = {name: xpnet.asarray(array) for name, array in host_arrays().items()}
    return Parameters(arrays, request.param)


def host(array):
    return np.asarray(xpnet.to_numpy(array))


def starts(params):
    """Where each parameter begins in the buffer, in entries, found by writing."""
    found = {}
    for name in params:
        saved = host(params[name]).copy()
        params.flat[...] = 0
        params[name][...] = 1
        found[name] = int(host(params.flat).argmax())
        params[name][...] = xpnet.asarray(saved)
    return found


def is_attached(params):
    """Whether a step over the buffer moves every entry by one."""
    before = {name: host(array).copy() for name, array in params.items()}
    params.flat += 1
    return all(np.allclose(host(params[name]), before[name] + 1) for name in params)


def test_the_arrays_are_copied_in_the_order_given(params):
    assert list(params) == list(SHAPES)
    for name, wanted in host_arrays().items():
        np.testing.assert_array_equal(host(params[name]), wanted.astype(str(params.dtype)))


def test_entries_are_views_of_one_buffer(params):
    assert is_attached(params)
    params["b1"][2] = 77
    assert (host(params.flat) == 77).sum() == 1


def test_each_parameter_starts_at_a_multiple_of_256_bytes(params):
    width = np.dtype(str(params.dtype)).itemsize
    assert [start * width % 256 for start in starts(params).values()] == [0] * len(SHAPES)
    assert params.flat.nbytes == 256 * sum(
        math.ceil(math.prod(shape) * width / 256) for shape in SHAPES.values()
    )


def test_padding_is_zero_and_not_counted(params):
    assert params.count == sum(math.prod(shape) for shape in SHAPES.values())
    for array in params.values():
        array[...] = 0
    assert params.flat.size > params.count
    assert not host(params.flat).any()


def test_the_dtype_is_that_of_the_first_array_unless_named(backend):
    arrays = {"a": xpnet.asarray([1.0], "float32"), "b": xpnet.asarray([1.0], "float64")}
    assert str(Parameters(arrays).dtype) == str(Parameters(arrays)["b"].dtype) == "float32"
    assert str(Parameters(arrays, "float64")["a"].dtype) == "float64"


def test_no_parameters_are_an_empty_mapping(backend):
    empty = Parameters({})
    assert (len(empty), empty.count, empty.flat.shape, empty.backend) == (0, 0, (0,), backend)


def test_arrays_of_two_backends_are_refused(backend, elsewhere):
    arrays = {"W": xpnet.asarray([1.0]), "b": xpnet.asarray([1.0], backend=elsewhere)}
    with pytest.raises(MixedBackendError, match=r"W is a .* array.*b is a \w+ array"):
        Parameters(arrays)


# --- assignment --------------------------------------------------------------------------


def test_assigning_writes_into_the_view_and_casts(params):
    view = params["b1"]
    params["b1"] = xpnet.asarray([1, 2, 3, 4, 5], "int64")
    assert params["b1"] is view
    np.testing.assert_array_equal(host(view), [1, 2, 3, 4, 5])
    assert is_attached(params)


def test_a_step_in_place_is_written_once(params, monkeypatch):
    before = host(params["W1"]).copy()
    monkeypatch.setattr(
        type(params.backend), "assign", lambda *_: pytest.fail("copied onto itself")
    )
    params["W1"] -= 0.5
    np.testing.assert_allclose(host(params["W1"]), before - 0.5, rtol=1e-6)


def test_a_value_that_overlaps_its_target_is_read_before_it_is_written(backend):
    params = Parameters({"W": xpnet.asarray(np.arange(9.0).reshape(3, 3))})
    params["W"] = params["W"].T
    np.testing.assert_array_equal(host(params["W"]), np.arange(9.0).reshape(3, 3).T)
    params["W"] = params["W"][::-1]
    np.testing.assert_array_equal(host(params["W"]), np.arange(9.0).reshape(3, 3).T[::-1])


def test_lists_are_numbers_of_the_backend(params):
    params["b1"] = [1, 2, 3, 4, 5]
    params["s"] = 9
    np.testing.assert_array_equal(host(params["b1"]), [1, 2, 3, 4, 5])
    assert float(params["s"]) == 9


@pytest.mark.parametrize("value", [[1.0], 3.0, [[1.0] * 5]], ids=str)
def test_a_wrong_shape_is_refused_even_if_it_would_broadcast(params, value):
    with pytest.raises(ShapeError, match=r"params\['b1'\] has shape \(5,\), the value \("):
        params["b1"] = value


def test_a_value_of_another_backend_is_refused(params, elsewhere):
    with pytest.raises(MixedBackendError, match=r"params\['b1'\]: value is a \w+ array"):
        params["b1"] = xpnet.asarray(np.ones(5), backend=elsewhere)


def test_a_new_name_is_refused(params):
    with pytest.raises(NetworkError, match=r"'W9' cannot be added: the parameters are W1, b1, W2"):
        params["W9"] = params["W1"]


@pytest.mark.parametrize(
    "delete",
    [
        lambda p: p.pop("b1"),
        lambda p: p.popitem(),
        lambda p: p.clear(),
        lambda p: p.__delitem__("s"),
    ],
    ids=["pop", "popitem", "clear", "del"],
)
def test_no_name_can_be_deleted(params, delete):
    with pytest.raises(NetworkError, match="cannot be deleted"):
        delete(params)
    assert list(params) == list(SHAPES)


# --- copies ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "duplicate",
    [
        copy.deepcopy,
        Parameters.copy,
        lambda params: pickle.loads(pickle.dumps(params)),
        lambda params: params.astype(params.dtype),
        lambda params: params.like(params.flat + 0),
    ],
    ids=["deepcopy", "copy", "pickle", "astype", "like"],
)
def test_a_copy_is_attached_to_a_buffer_of_its_own(params, duplicate):
    made = duplicate(params)
    before = host(params.flat).copy()
    np.testing.assert_array_equal(host(made.flat), before)
    assert is_attached(made)
    np.testing.assert_array_equal(host(params.flat), before)
    assert made.same_layout(params)


def test_zeros_like_has_the_layout_and_no_numbers(params):
    zeros = params.zeros_like()
    assert zeros.same_layout(params)
    assert str(zeros.dtype) == str(params.dtype)
    assert not host(zeros.flat).any()
    assert is_attached(zeros)


def test_astype_casts_every_parameter_and_leaves_the_original(params):
    made = params.astype("float64")
    assert {str(array.dtype) for array in made.values()} == {"float64"}
    for name in params:
        np.testing.assert_array_equal(host(made[name]), host(params[name]).astype("float64"))
    assert is_attached(made)


def test_to_moves_in_place_and_stays_attached(params, elsewhere):
    before, origin = host(params.flat).copy(), params.backend.name
    assert params.to(elsewhere) is params
    assert params.backend.name == xpnet.backend_of(*params.values()).name == elsewhere
    np.testing.assert_array_equal(host(params.flat), before)
    assert is_attached(params)
    assert params.to(origin).backend.name == origin


def test_to_where_it_lives_keeps_the_buffer(params):
    flat = params.flat
    assert params.to(params.backend.name).flat is flat


def test_to_an_unknown_backend_moves_nothing(params):
    flat = params.flat
    with pytest.raises(BackendError, match="nowhere"):
        params.to("nowhere")
    assert params.flat is flat


def test_other_names_shapes_dtypes_or_mappings_are_another_layout(backend):
    def made(dtype="float64", **shapes):
        return Parameters({k: xpnet.asarray(np.ones(n)) for k, n in shapes.items()}, dtype)

    params = made(W=(2, 3), b=3)
    assert params.same_layout(made(W=(2, 3), b=3))
    others = [made(W=(3, 2), b=3), made(V=(2, 3), b=3), made(W=(2, 3)), dict(params)]
    assert [params.same_layout(other) for other in others] == [False] * 4
    assert not made(W=(9, 9)).same_layout(made("float32", W=(9, 9)))


def test_a_scope_follows_its_owner_to_another_backend(params, elsewhere):
    scope = Scope(params, {"W": "W1"})
    params.to(elsewhere)
    assert scope["W"] is params["W1"]


def test_a_gradient_of_another_backend_is_refused(params, elsewhere):
    grads = FreshGradients(params)
    with pytest.raises(MixedBackendError, match=r"grads\['b1'\]: value is a \w+ array"):
        grads["b1"] = xpnet.asarray(np.ones(5), backend=elsewhere)


def test_the_repr_shows_names_and_shapes(params):
    assert repr(params) == "<Parameters W1: (3, 5), b1: (5,), W2: (5, 33), s: ()>"


@pytest.mark.parametrize("arrays", [np.ones((2, 3)), [np.ones(3)], None, "W1", {1, 2}, 3.0])
def test_what_is_no_mapping_is_refused(arrays):
    with pytest.raises(TypeError, match=r"^Parameters: got an? .*, expected a mapping of names"):
        Parameters(arrays)
