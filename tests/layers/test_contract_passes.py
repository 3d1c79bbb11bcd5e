"""How every layer behaves: what it keeps, what it may write into, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, NotForwardedError, ShapeError
from xpnet.gradient.rewinding import Rewinding


def on_backend(arrays):
    return [xpnet.asarray(array) for array in arrays]


def copies(arrays):
    return [np.array(xpnet.to_numpy(array)) for array in arrays]


def as_tuple(gradients):
    return gradients if isinstance(gradients, tuple) else (gradients,)


@pytest.fixture
def layer(case, backend):
    return case.make()


@pytest.fixture
def inputs(case, backend):
    return on_backend(case.random(4))


@pytest.fixture
def dout(case, layer, inputs):
    """An array of the backend, 0-d for a loss."""
    return xpnet.asarray(case.dout_for(layer.apply(*inputs)))


def test_nothing_that_was_given_is_written(layer, inputs, dout):
    given = [*inputs, dout, *layer.params.values()]
    before = copies(given)
    layer.apply(*inputs)
    layer.forward(*inputs)
    layer.backward(dout)
    layer.backward_params(dout)
    for array, wanted in zip(copies(given), before, strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_results_share_no_memory_with_what_was_given(case, layer, inputs, dout):
    given = [*inputs, dout, *layer.params.values()]
    before = copies(given)
    applied = [] if case.name == "Dropout" else [layer.apply(*inputs)]  # which is the identity
    results = [*applied, layer.forward(*inputs), *as_tuple(layer.backward(dout))]
    for result in [*results, *layer.grads.values()]:
        if result.ndim:  # a loss is one number, which nobody writes into
            result[...] = 99
    for array, wanted in zip(copies(given), before, strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_results_share_no_memory_with_each_other(layer, inputs, dout):
    layer.forward(*inputs)
    results = [*as_tuple(layer.backward(dout)), *layer.grads.values()]
    for k, result in enumerate(results):
        result[...] = k
    for k, result in enumerate(results):
        assert (xpnet.to_numpy(result) == k).all()


def test_a_second_backward_gives_the_same_whatever_became_of_the_first(layer, inputs, dout):
    layer.forward(*inputs)
    first = [*as_tuple(layer.backward(dout)), *layer.grads.values()]
    wanted = copies(first)
    for gradient in first:
        gradient[...] = 99
    second = [*as_tuple(layer.backward(dout)), *layer.grads.values()]
    for gradient, want in zip(copies(second), wanted, strict=True):
        np.testing.assert_allclose(gradient, want, rtol=1e-14)


def test_backward_params_sets_what_backward_sets(layer, inputs, dout):
    layer.forward(*inputs)
    layer.backward(dout)
    wanted = copies(layer.grads.values())
    layer.forward(*inputs)
    layer.backward_params(dout)
    for grad, want in zip(copies(layer.grads.values()), wanted, strict=True):
        np.testing.assert_array_equal(grad, want)


def test_the_training_function_gives_what_forward_gives(layer, inputs):
    forwarded, applied = copies([layer.forward(*inputs), layer.apply_training(*inputs)])
    np.testing.assert_allclose(applied, forwarded, rtol=1e-14)


@pytest.mark.parametrize("how", ["apply", "apply_training"])
def test_apply_keeps_nothing(layer, inputs, dout, how):
    before, buffers = dict(vars(layer)), copies(layer.buffers.values())
    getattr(layer, how)(*inputs)
    for array, wanted in zip(copies(layer.buffers.values()), buffers, strict=True):
        np.testing.assert_array_equal(array, wanted)
    assert vars(layer) == before
    with pytest.raises(NotForwardedError):
        layer.backward(dout)


def test_apply_does_not_disturb_a_pending_backward(case, layer, inputs, dout):
    with Rewinding([layer]):  # the second forward draws the same mask
        layer.forward(*inputs)
        wanted = copies(as_tuple(layer.backward(dout)))
    layer.forward(*inputs)
    layer.apply(*on_backend(case.random(6, seed=5)))
    for gradient, want in zip(copies(as_tuple(layer.backward(dout))), wanted, strict=True):
        np.testing.assert_array_equal(gradient, want)


def test_release_forgets(layer, inputs, dout):
    layer.forward(*inputs)
    layer.release()
    assert [getattr(layer, name) for name in layer.saved] == [None] * len(layer.saved)
    with pytest.raises(NotForwardedError):
        layer.backward(dout)


def test_all_that_forward_keeps_of_a_batch_is_named_in_saved(layer, inputs):
    layer.forward(*inputs)
    arrays = {name for name, value in vars(layer).items() if getattr(value, "ndim", 0)}
    assert arrays == set(layer.saved)


def test_a_gradient_from_another_backend_is_refused_by_name(case, layer, inputs, dout, elsewhere):
    layer.forward(*inputs)
    with pytest.raises(MixedBackendError, match=rf"^{case.name}: .*dout is a \w+ array"):
        layer.backward(elsewhere(dout))


def test_an_input_from_another_backend_is_refused_by_name(case, layer, inputs, elsewhere):
    if len(inputs) + len(layer.params) + len(layer.buffers) == 1:
        pytest.skip("one array alone cannot be mixed")
    for place in range(len(inputs)):
        mixed = list(inputs)
        mixed[place] = elsewhere(mixed[place])
        for call in (layer.forward, layer.apply):
            with pytest.raises(MixedBackendError, match=rf"^{case.name}: .* is a \w+ array"):
                call(*mixed)


def test_a_mixture_is_refused_with_the_line_that_mends_it(case, layer, inputs, dout, elsewhere):
    layer.forward(*inputs)
    with pytest.raises(MixedBackendError, match=r"dout = xpnet\.asarray\(dout, backend='"):
        layer.backward(elsewhere(dout))


def test_a_refused_input_leaves_the_pending_backward_as_it_was(case, layer, inputs, dout):
    if case.name in ("Dropout", "Relu", "Sigmoid", "Tanh", "LeakyRelu"):
        pytest.skip("takes every shape")
    layer.forward(*inputs)
    wanted = copies(as_tuple(layer.backward(dout)))
    wrong = [xpnet.asarray(np.ones((2, 5, 3))), xpnet.asarray(np.ones((4, 1, 9)))]
    with pytest.raises(ShapeError, match=rf"^{case.name}: "):
        layer.forward(*wrong[: len(inputs)])
    for gradient, want in zip(copies(as_tuple(layer.backward(dout))), wanted, strict=True):
        np.testing.assert_allclose(gradient, want, rtol=1e-14)


def test_a_gradient_of_another_shape_is_refused_by_name(case, layer, inputs):
    layer.forward(*inputs)
    with pytest.raises(ShapeError, match=rf"^{case.name}: dout is \(5, 9\)"):
        layer.backward(xpnet.asarray(np.ones((5, 9))))
