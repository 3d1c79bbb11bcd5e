"""Violations of the layers' contract in a forward and a backward pass of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.layers import Layer
from xpnet.networks import Network

__all__ = ["checked_call", "differ", "violations"]

FACTOR = 3.0
"""A `dout` other than 1, which reveals a backward that ignores its `dout`."""


def violations(net: Network, x: Array, t: Array, grads: Any) -> Iterator[str]:
    """Violations of the contract by the layers of a network, a sentence each.

    Parameters
    ----------
    net : Network
    x, t : array
        A batch, in the network's dtype, and its labels.
    grads : mapping of str to array
        The result of ``net.gradient`` for the batch.
    """
    stack, problems = net.stack, list[str]()

    def run(name: str, function: Callable[[Array], Array], x: Array, violation: str) -> Array:
        result, found = checked_call(name, function, x, violation)
        problems.extend(found)
        return result

    def forward(name: str, layer: Layer, x: Array) -> Array:
        return run(name, layer.forward, x, "forward writes into its input")

    def backward(name: str, layer: Layer, dout: Array) -> Array:
        return run(name, layer.backward, dout, "backward overwrites the gradient it was given")

    scores, last = stack.forward(x, forward), stack.last_layer
    run("last_layer", lambda x: last.forward(x, t), scores, "forward writes into x")
    dout = stack.loss_gradient()
    # a loss may compute the second gradient in another way, from probabilities rounded near 1
    if differ(last.backward(FACTOR), FACTOR * dout, size=1 / max(1, len(scores))):
        problems.append(
            f"last_layer: backward({FACTOR}) is not {FACTOR} times backward(1): it ignores dout"
        )
    stack.backward(dout, backward)
    yield from problems
    for name, grad in net.grads.items():
        if differ(grad, grads[name]):
            yield f"{name}: backward and backward_params set different gradients"
    stack.release()


def checked_call(
    name: str, function: Callable[[Array], Array], argument: Array, violation: str
) -> tuple[Array, list[str]]:
    """The result of a function, and the violation if it changed its argument."""
    before = backend_of(argument).xp.array(argument, copy=True)
    result = function(argument)
    if differ(argument, before):
        return result, [f"{name}: {violation}"]
    return result, []


def differ(a: Array, b: Array, size: float = 0.0) -> bool:
    """Whether two arrays differ by more than rounding in their dtype; NaN equals NaN.

    Parameters
    ----------
    a, b : array
    size : float
        The magnitude of the numbers that they were computed from, where these may be larger
        than `b`: the loss of a saturated softmax may be 1e-12, with a rounding error as of a
        difference of numbers near 1.
    """
    if tuple(a.shape) != tuple(b.shape):
        return True
    backend = backend_of(a, b)
    xp = backend.xp
    if 0 in a.shape:
        return False
    if not backend.is_floating(a):
        return bool((a != b).any())
    same = (a == b) | ((a != a) & (b != b))
    scale = max(size, float(xp.where(xp.isfinite(b), abs(b), 0).max()))
    a, b = xp.where(same, 0, a), xp.where(same, 0, b)
    return bool((~(abs(a - b) <= 64 * backend.epsilon(b) * scale)).any())
