"""The numerical gradient of a network: central differences of every parameter."""

from __future__ import annotations

from xpnet.backends import Array
from xpnet.differences import checked_step
from xpnet.errors import OptionError
from xpnet.networks.container import Container
from xpnet.networks.perturbed import PerturbedLosses
from xpnet.parameters import Parameters

__all__ = ["numerical_gradient"]


def numerical_gradient(
    net: Container, x: Array, t: Array, h: float | None, method: str
) -> Parameters:
    """The gradient of the loss; see `Network.numerical_gradient`."""
    if method not in ("local", "loop"):
        raise OptionError(f"method={method!r}: expected 'local' or 'loop'")
    losses = PerturbedLosses(net, x, t, local=method == "local")
    h, grads = checked_step(h, net.params.flat), net.params.zeros_like()
    for name, place in net.places.items():
        slopes = (losses.losses(*place, h) - losses.losses(*place, -h)) / (2 * h)
        grads[name] = slopes.reshape(net.params.shapes[name])
    return grads
