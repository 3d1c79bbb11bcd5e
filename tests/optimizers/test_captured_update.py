"""CapturedUpdate: a step by numbers in an array is the step by the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
    UpdateRule,
)
from xpnet.optimizers.captured_update import CapturedUpdate


class ByFormula(Optimizer):
    """A rule without a kernel."""

    rule = UpdateRule("signs", lambda xp, param, grad, lr: (lr * xp.sign(grad),))


class Turning(Optimizer):
    """Two rules of its own, one at a time."""

    rule = UpdateRule("down", lambda xp, param, grad, lr: (lr * grad,))
    upward = UpdateRule("up", lambda xp, param, grad, lr: (-lr * grad,))
    turned = False

    @property
    def current_rule(self):
        return self.upward if self.turned else self.rule


@pytest.fixture
def stepped(backend):
    """``stepped(optimizer, dtype)`` is a network that it has stepped twice, with its gradients."""

    def make(optimizer, dtype="float32"):
        net = TwoLayerNet(3, 4, 2, seed=0, dtype=dtype)
        rng = np.random.default_rng(1)
        for _ in range(2):
            net.grads.flat[...] = xpnet.asarray(rng.normal(size=net.grads.flat.shape), dtype)
            optimizer.update(net.params, net.grads)
        return net

    return make


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "kind", [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW, ByFormula]
)
def test_a_step_is_the_same_by_an_array_of_numbers(stepped, kind, dtype):
    plain, captured = kind(lr=0.1), kind(lr=0.1)
    nets = stepped(plain, dtype), stepped(captured, dtype)
    plain.update(nets[0].params, nets[0].grads)
    update = CapturedUpdate(captured, nets[1].params, nets[1].grads)
    update.run(xpnet.asarray(update.numbers(3), dtype), lambda: None)
    for name, param in nets[0].params.items():
        np.testing.assert_array_equal(
            xpnet.to_numpy(nets[1].params[name]), xpnet.to_numpy(param), strict=True
        )
    assert (captured.steps, captured.writing) == (2, False)  # who replays it counts it


def test_numbers_that_the_dtype_would_round_to_0_do_not(stepped):
    optimizer = Adam(eps=1e-60)
    net = stepped(optimizer)
    numbers = CapturedUpdate(optimizer, net.params, net.grads).numbers(3)
    assert len(numbers) == 8
    assert np.float32(numbers[-1]) > 0


def test_it_fits_until_parameters_or_state_move(stepped, elsewhere, backend):
    optimizer = Momentum()
    net = stepped(optimizer)
    update = CapturedUpdate(optimizer, net.params, net.grads)
    assert update.fits(net.params, net.grads)
    optimizer.take_state(5, {"v": net.params.zeros_like()})
    assert not update.fits(net.params, net.grads)
    update = CapturedUpdate(optimizer, net.params, net.grads)
    net.to(elsewhere).to(backend.name)
    assert not update.fits(net.params, net.grads)


def test_it_does_not_fit_another_rule(stepped):
    optimizer = Turning(lr=0.1)
    net = stepped(optimizer)
    update = CapturedUpdate(optimizer, net.params, net.grads)
    assert update.fits(net.params, net.grads)
    optimizer.turned = True
    assert not update.fits(net.params, net.grads)


@pytest.mark.parametrize(("error", "writing"), [(MemoryError, False), (KeyboardInterrupt, True)])
def test_what_is_cut_off_while_it_writes_is_known(stepped, monkeypatch, backend, error, writing):
    optimizer = SGD()
    net = stepped(optimizer)
    update = CapturedUpdate(optimizer, net.params, net.grads)

    def fail(*args):
        raise error("cut off")

    monkeypatch.setattr(type(backend), "update", fail)
    with pytest.raises(error):
        update.run(xpnet.asarray([0.1], "float32"), lambda: None)
    assert optimizer.writing is writing
