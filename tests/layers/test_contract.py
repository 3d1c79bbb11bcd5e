"""What every layer gives: values by hand, gradients, dtypes, any batch and any strides."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import NotForwardedError, ShapeError
from xpnet.gradient import check_layer


def on_backend(arrays):
    return [xpnet.asarray(array) for array in arrays]


def host(array):
    return np.asarray(xpnet.to_numpy(array))


def as_tuple(gradients):
    return gradients if isinstance(gradients, tuple) else (gradients,)


def run(layer, inputs, dout):
    """The output, and the gradients of the inputs and of the parameters, all on the host."""
    out = layer.forward(*on_backend(inputs))
    gradients = as_tuple(layer.backward(xpnet.asarray(dout)))
    grads = {name: host(grad) for name, grad in layer.grads.items()}
    return host(out), [host(gradient) for gradient in gradients], grads


def central_differences(function, array, h=1e-5):
    """By each entry of a host array, which is moved and put back."""
    slopes = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        saved = array[place]
        array[place] = saved + h
        above = function()
        array[place] = saved - h
        below = function()
        array[place] = saved
        slopes[place] = (above - below) / (2 * h)
    return slopes


def test_forward_and_backward_give_the_values_worked_by_hand(case, backend, dtype):
    out, gradients, grads = run(case.make(dtype), case.example(dtype), np.array(case.dout, dtype))
    tolerance = 8 * np.finfo(dtype).eps
    np.testing.assert_allclose(out, case.out, rtol=tolerance, atol=tolerance)
    assert len(gradients) == len(case.gradients)
    for gradient, wanted in zip(gradients, case.gradients, strict=True):
        np.testing.assert_allclose(gradient, wanted, rtol=tolerance, atol=tolerance)
    assert grads.keys() == case.grads.keys()
    for name, wanted in case.grads.items():
        np.testing.assert_allclose(grads[name], wanted, rtol=tolerance, atol=tolerance)


def test_check_layer_passes(case, backend):
    report = check_layer(case.make(), *on_backend(case.random(4)))
    assert report.passed, str(report)


def test_backward_matches_finite_differences(case, backend):
    inputs, params = case.random(3), {name: np.array(p) for name, p in case.params.items()}
    dout = case.dout_for(case.make().forward(*on_backend(inputs)))

    def value():
        layer = case.of(params)
        return float(np.sum(dout * host(layer.forward(*on_backend(inputs)))))

    _, gradients, grads = run(case.make(), inputs, dout)
    for array, gradient in zip(inputs, gradients, strict=False):
        np.testing.assert_allclose(gradient, central_differences(value, array), atol=2e-9)
    for name, array in params.items():
        np.testing.assert_allclose(grads[name], central_differences(value, array), atol=2e-9)


def test_dtype_is_kept(case, backend, dtype):
    inputs = case.random(3, dtype)
    layer = case.make(dtype)
    out = layer.forward(*on_backend(inputs))
    gradients = as_tuple(layer.backward(xpnet.asarray(case.dout_for(out, dtype))))
    assert [str(array.dtype) for array in (out, *gradients)] == [dtype] * (1 + len(gradients))
    assert {str(grad.dtype) for grad in layer.grads.values()} <= {dtype}


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_any_number_of_rows_gives_gradients_of_the_inputs_shapes(case, backend, rows):
    inputs, layer = case.random(rows), case.make()
    if rows < case.fewest_rows:
        with pytest.raises(ShapeError, match=rf"{case.name}.*at least (one row|two rows)"):
            layer.forward(*on_backend(inputs))
        return
    out = layer.forward(*on_backend(inputs))
    assert out.ndim == 0 or len(out) == rows
    _, gradients, grads = run(layer, inputs, case.dout_for(out))
    for gradient, array in zip(gradients, inputs, strict=False):
        assert gradient.shape == array.shape
    for name, wanted in case.params.items():
        assert grads[name].shape == np.shape(wanted)


def test_no_rows_give_parameters_a_gradient_of_zero(case, backend):
    if not case.takes_zero_rows:
        pytest.skip("no rows are refused")
    inputs, layer = case.random(0), case.make()
    _, _, grads = run(layer, inputs, case.dout_for(layer.forward(*on_backend(inputs))))
    assert all((grad == 0).all() for grad in grads.values())


def test_a_batch_is_its_rows_one_by_one(case, backend):
    if not case.by_row:
        pytest.skip("a row depends on the others, or on its place")
    inputs = case.random(7)
    whole = case.make()
    out = whole.forward(*on_backend(inputs))
    dout = case.dout_for(out)
    _, gradients, grads = run(whole, inputs, dout)
    mean = np.ndim(dout) == 0  # a loss, the mean over its rows
    parts = [
        run(case.make(), [x[k : k + 1] for x in inputs], dout / 7 if mean else dout[k : k + 1])
        for k in range(7)
    ]
    outs = [part[0] for part in parts]
    np.testing.assert_allclose(host(out), np.mean(outs) if mean else np.concatenate(outs))
    for k, gradient in enumerate(gradients):
        rows = np.concatenate([part[1][k] for part in parts])
        np.testing.assert_allclose(gradient, rows, rtol=1e-12, atol=1e-15)
    for name, grad in grads.items():
        np.testing.assert_allclose(grad, sum(part[2][name] for part in parts), rtol=1e-12)


def spread(array):
    """The same numbers with gaps between them."""
    wide = xpnet.asarray(np.zeros([2 * n for n in array.shape], array.dtype))
    view = wide[(..., *[slice(None, None, 2)] * array.ndim)]
    view[...] = xpnet.asarray(array)
    return view


def turned(array):
    """The same numbers, column by column."""
    return xpnet.asarray(array.T.copy()).T


def backwards(array):
    """The same numbers behind negative strides."""
    flip = (..., *[slice(None, None, -1)] * array.ndim)
    return xpnet.asarray(array[flip].copy())[flip]


@pytest.mark.parametrize("strided", [spread, turned, backwards])
def test_strides_of_input_and_gradient_change_nothing(case, backend, strided):
    inputs = case.random(5)
    dout = case.dout_for(case.make().forward(*on_backend(inputs)))
    out, gradients, grads = run(case.make(), inputs, dout)
    layer = case.make()
    views = [strided(x) for x in inputs]
    np.testing.assert_allclose(host(layer.forward(*views)), out, rtol=1e-14)
    for gradient, wanted in zip(as_tuple(layer.backward(strided(dout))), gradients, strict=True):
        np.testing.assert_allclose(host(gradient), wanted, rtol=1e-14, atol=1e-16)
    for name, wanted in grads.items():
        np.testing.assert_allclose(host(layer.grads[name]), wanted, rtol=1e-14, atol=1e-16)


def test_nan_in_a_row_stays_nan(case, backend, dtype):
    if not case.by_row:
        pytest.skip("a row depends on the others, or on its place")
    inputs = case.random(3, dtype)
    inputs[0][1, 0] = np.nan
    out = host(case.make(dtype).forward(*on_backend(inputs)))
    assert np.isnan(out if out.ndim == 0 else out[1, 0])
    if out.ndim:
        assert not np.isnan(out[[0, 2]]).any()


def test_nan_in_the_gradient_stays_nan(case, backend, dtype):
    if case.name == "Dropout":
        pytest.skip("what is dropped has no gradient")
    inputs = [abs(x) for x in case.random(3, dtype)]  # positive: ReLU is open
    layer = case.make(dtype)
    dout = case.dout_for(layer.forward(*on_backend(inputs)), dtype)
    _, gradients, grads = run(layer, inputs, np.full_like(dout, np.nan))
    assert all(np.isnan(gradient).all() for gradient in gradients)
    assert all(np.isnan(grad).all() for grad in grads.values())


def test_backward_before_forward_names_the_layer(case, backend):
    with pytest.raises(NotForwardedError, match=rf"^{case.name}\.backward before forward"):
        case.make().backward(xpnet.asarray(np.array(case.dout)))
