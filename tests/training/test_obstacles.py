"""What stands against capturing a step is named."""

from __future__ import annotations

import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.layers import Relu
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, Momentum
from xpnet.training import Trainer


@pytest.fixture
def against(new_trainer):
    """``against(...)``: what stands against capturing the steps of such a trainer."""
    return lambda *args, **options: list(new_trainer(*args, **options).obstacles())


def test_nothing_stands_against_what_the_library_has(against, capturing):
    assert against() == []


def test_a_backend_that_cannot_capture_is_named(against, backend):
    expected = [f"the backend {backend.name!r} cannot capture"]
    assert against() == (expected if type(backend).capture is Backend.capture else [])


class Louder(Relu):
    """Inherits all, and so also a forward that somebody may have changed around it."""


class Declared(Relu):
    capturable = True


class Plain:
    """The chapter's kind of layer."""

    def forward(self, x):
        return x

    def backward(self, dout):
        return dout


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Louder, ["Relu1 (Louder) does not say capturable = True"]),
        (Plain, ["Relu1 (Plain) does not say capturable = True"]),
        (Declared, []),
        (type("Said", (Plain,), {"capturable": True}), []),
    ],
)
def test_a_layer_that_does_not_say_that_it_can_be_is_named(
    against, capturing, new_net, kind, expected
):
    net = new_net()
    layers = {name: kind() if name == "Relu1" else layer for name, layer in net.layers.items()}
    made = type(net).__mro__[1](_fresh(layers), xpnet.layers.SoftmaxWithLoss())
    assert against(made) == expected


def _fresh(layers):
    """The same layers for another network."""
    return {
        name: xpnet.layers.Affine(layer.W.copy(), layer.b.copy()) if hasattr(layer, "W") else layer
        for name, layer in layers.items()
    }


def test_a_method_that_was_put_onto_a_layer_is_named(against, capturing, new_net):
    net = new_net()
    relu = net["Relu1"]
    relu.forward = lambda x: type(relu).forward(relu, x)
    assert against(net) == ["Relu1 has a forward of its own"]


class Regularized(TwoLayerNet):
    def loss(self, x, t):
        return super().loss(x, t) + float(abs(self.params["W1"]).sum())


def test_a_network_with_a_loss_of_its_own_is_named(against, capturing):
    assert against(Regularized(2, 3, 2)) == ["Regularized has a loss of its own"]


class Clipped(Momentum):
    def update(self, params, grads):
        grads.flat[...] = grads.flat.clip(-1, 1)
        super().update(params, grads)


class Stranger:
    def update(self, params, grads):
        """Does nothing."""


class Slower(SGD):
    """Has numbers of its own, and no update: it can be captured."""

    def scalars(self, step):
        return {"lr": self.lr / step}


@pytest.mark.parametrize(("kind", "captured"), [(Clipped, 0), (Stranger, 0), (Slower, 1)])
def test_an_optimizer_with_an_update_of_its_own_is_named(against, capturing, kind, captured):
    expected = [] if captured else [f"the optimizer {kind.__name__} has an update of its own"]
    assert against(optimizer=kind()) == expected


def test_a_trainer_with_a_step_of_its_own_is_named(capturing, new_net, toy):
    class Noisy(Trainer):
        def step(self):
            return super().step()

    trainer = Noisy(new_net(), SGD(), toy, progress=False, batch_size=20)
    assert list(trainer.obstacles()) == ["Noisy has a step of its own"]
