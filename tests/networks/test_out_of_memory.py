"""Running out of memory is one clear error, and the network works on as if it had not been."""

from __future__ import annotations

import gc
import re
import traceback
import weakref

import numpy as np
import pytest

import xpnet
from xpnet.errors import OutOfMemoryError
from xpnet.layers import Affine, Layer, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet

CALLS = ["predict", "loss", "accuracy", "evaluate", "gradient", "backprop", "numerical_gradient"]
LABELLED = [name for name in CALLS if name != "predict"]


@pytest.fixture
def net(backend):
    return TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)


def arguments(name, batch):
    return batch[:1] if name == "predict" else batch


def numbers(array):
    return xpnet.to_numpy(array).copy()


@pytest.mark.parametrize("name", CALLS)
def test_every_call_names_its_rows_and_what_to_try(net, batch, run_out, name):
    for primitive in ("relu", "relu_with_mask"):
        run_out(net.backend, primitive)
    with pytest.raises(OutOfMemoryError, match="7 rows in float32: try a smaller batch") as caught:
        getattr(net, name)(*arguments(name, batch))
    assert caught.value.rows == 7
    for remedy in ("smaller hidden layer", "uint8 with scale=1/255"):
        assert remedy in str(caught.value)
    assert "float64" not in str(caught.value)
    assert isinstance(caught.value.__cause__, MemoryError)


def test_a_network_in_float64_is_told_of_float32(net, batch, run_out):
    wide = net.astype("float64")
    run_out(net.backend, "relu_with_mask")
    with pytest.raises(OutOfMemoryError, match="float32 instead of float64"):
        wide.loss(*batch)


def test_rows_given_by_name_are_counted_and_one_row_is_one(net, batch, run_out):
    run_out(net.backend, "relu")
    for x, rows in ((batch[0], 7), (batch[0][0], 1)):
        with pytest.raises(OutOfMemoryError, match=rf"with {rows} rows"):
            net.predict(x=x)


@pytest.mark.parametrize("primitive", ["relu_with_mask", "relu_grad"])
def test_a_backprop_that_failed_leaves_no_gradient_of_two_batches(net, batch, run_out, primitive):
    net.backprop(*batch)
    params = numbers(net.params.flat)
    run_out(net.backend, primitive)
    with pytest.raises(OutOfMemoryError):
        net.backprop(*batch)
    assert not numbers(net.grads.flat).any()
    assert (numbers(net.params.flat) == params).all()


@pytest.mark.parametrize("name", LABELLED)
def test_the_network_works_on_and_gives_the_same_bits(net, batch, run_out, name):
    wanted = numbers(net.gradient(*batch).flat)
    undo = [run_out(net.backend, each) for each in ("relu", "relu_with_mask")][-1]
    with pytest.raises(OutOfMemoryError):
        getattr(net, name)(*batch)
    undo()
    assert (numbers(net.gradient(*batch).flat) == wanted).all()


@pytest.mark.parametrize("name", ["loss", "gradient", "backprop"])
def test_nothing_stays_kept_for_a_backward_that_cannot_come(net, batch, run_out, name):
    run_out(net.backend, "softmax_with_loss")
    with pytest.raises(OutOfMemoryError):
        getattr(net, name)(*batch)
    assert xpnet.memory_report(net).saved == 0


@pytest.mark.parametrize("name", ["predict", "accuracy", "evaluate", "numerical_gradient"])
def test_inference_that_fails_leaves_a_pending_backward(net, batch, run_out, name):
    net.loss(*batch)
    run_out(net.backend, "relu")
    with pytest.raises(OutOfMemoryError):
        getattr(net, name)(*arguments(name, batch))
    assert xpnet.memory_report(net).saved > 0


class Shift(Layer):
    """A layer of one's own, in whose forward memory runs out, perhaps behind another error."""

    def __init__(self, chained=None):
        self.chained = chained

    def forward(self, x):
        shifted = x + 1
        try:
            raise KeyError(len(shifted))
        except KeyError as error:
            if self.chained:
                raise MemoryError from error
            raise MemoryError  # noqa: B904

    def backward(self, dout):
        return dout


def failing(backend, layer):
    W, b = xpnet.asarray(np.ones((4, 2)), "float32"), xpnet.asarray(np.zeros(2), "float32")
    return Network([Affine(W, b), layer], SoftmaxWithLoss())


def frames(error):
    """The frames of an error and of those behind it, by the name of the function."""
    found = {}
    while error is not None:
        found |= {
            frame.f_code.co_name: frame for frame, _ in traceback.walk_tb(error.__traceback__)
        }
        error = error.__cause__ or error.__context__
    return found


@pytest.mark.parametrize("name", ["loss", "backprop", "gradient"])
def test_an_error_that_is_kept_keeps_no_activation_of_the_librarys_layers(
    net, batch, monkeypatch, name
):
    seen = []

    def fail(scores, t):
        seen.append(weakref.ref(scores))
        del scores
        raise MemoryError

    monkeypatch.setattr(net.backend, "softmax_with_loss", fail)
    gc.disable()
    try:
        with pytest.raises(OutOfMemoryError) as caught:
            getattr(net, name)(*batch)
        assert caught.value.__cause__.__traceback__ is not None  # the lines are there to be read
        assert seen[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("chained", [False, True], ids=["context", "cause"])
def test_a_debugger_sees_the_variables_of_a_layer_of_ones_own(backend, batch, chained):
    net = failing(backend, Shift(chained))
    with pytest.raises(OutOfMemoryError) as caught:
        net.loss(*batch)
    found = frames(caught.value)
    shown = found["test_a_debugger_sees_the_variables_of_a_layer_of_ones_own"].f_locals
    assert shown["net"] is net
    own = frames(caught.value.__cause__)["forward"]
    assert own.f_globals["__name__"] == __name__
    assert own.f_locals["shifted"].shape == (7, 2)
    assert found["guarded"].f_locals["args"] == batch  # the call itself: what the caller has too


def test_an_error_that_a_caller_handles_keeps_its_variables(net, batch, run_out):
    def look_up():
        mine = [1, 2]
        raise KeyError(mine[0])

    def loss_instead():
        try:
            look_up()
        except KeyError:
            return net.loss(*batch)

    run_out(net.backend, "relu_with_mask")
    with pytest.raises(OutOfMemoryError) as caught:
        loss_instead()
    assert frames(caught.value)["look_up"].f_locals["mine"] == [1, 2]


def test_numpy_refuses_an_absurd_size_with_the_same_error():
    net = TwoLayerNet(1, 1, 1, seed=0)
    rows = np.broadcast_to(np.zeros((1, 1), "float32"), (1 << 50, 1))
    with pytest.raises(OutOfMemoryError, match=f"with {1 << 50:,} rows"):
        net.loss(rows, np.broadcast_to(np.zeros(1, "int64"), 1 << 50))


@pytest.mark.parametrize("name", ["loss", "gradient", "backprop"])
def test_a_smaller_batch_fits_on_a_device_that_ran_out(little_memory, name):
    net = TwoLayerNet(64, 512, 10, seed=0)
    x = xpnet.asarray(np.ones((20_000, 64)), "float32")  # 5 MB; the hidden layer takes 41 MB
    t = xpnet.asarray(np.zeros(20_000), "int64")
    wanted = numbers(net.gradient(x[:2000], t[:2000]).flat)
    used = xpnet.memory_report(net).pool.used
    with pytest.raises(OutOfMemoryError, match="20,000 rows") as caught:
        getattr(net, name)(x, t)
    pool = xpnet.memory_report(net).pool
    assert pool.used == used
    assert pool.held < used + 4_000_000
    assert (numbers(net.gradient(x[:2000], t[:2000]).flat) == wanted).all()
    assert re.search("Out of memory allocating", str(caught.value.__cause__))
