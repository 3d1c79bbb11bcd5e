"""How layers behave in a backward pass, beside the numbers: what no single gradient shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.layers import part
from xpnet.networks import Network

__all__ = ["differ", "guarded", "violations"]

FACTOR = 3.0
"""A gradient that a backward which ignores its `dout` cannot pass on."""


def violations(net: Network, x: Array, t: Array, grads: Any) -> Iterator[str]:
    """What the layers of a network do wrong on the way there and back, a sentence each.

    Parameters
    ----------
    net : Network
    x, t : array
        A batch, in the network's dtype, and its labels.
    grads : mapping of str to array
        What ``net.gradient`` gave for it.
    """
    for name, layer in net.layers.items():
        x, problems = guarded(name, layer.forward, x, "forward writes into its input")
        yield from problems
    _, problems = guarded(
        "last_layer", lambda scores: net.last_layer.forward(scores, t), x, "forward writes into x"
    )
    yield from problems
    dout = net.last_layer.backward()
    # the second gradient may be computed otherwise, from a softmax rounded as a part of 1
    if differ(net.last_layer.backward(FACTOR), FACTOR * dout, size=1 / max(1, len(x))):
        yield f"last_layer: backward({FACTOR}) is not {FACTOR} times backward(1): it ignores dout"
    for name, layer in reversed([*net.layers.items()]):
        dout, problems = guarded(
            name, layer.backward, dout, "backward overwrites the gradient it was given"
        )
        yield from problems
    for name, grad in net.grads.items():
        if differ(grad, grads[name]):
            yield f"{name}: backward and backward_params set different gradients"
    for layer in (*net.layers.values(), net.last_layer):
        part(layer, "release")()


def guarded(
    name: str, step: Callable[[Array], Array], given: Array, complaint: str
) -> tuple[Array, list[str]]:
    """The result of a step, and the complaint if it wrote into what it was given."""
    before = backend_of(given).xp.array(given, copy=True)
    result = step(given)
    if differ(given, before):
        return result, [f"{name}: {complaint}"]
    return result, []


def differ(a: Array, b: Array, size: float = 0.0) -> bool:
    """Whether two arrays are further apart than rounding in their dtype; NaN equals NaN.

    Parameters
    ----------
    a, b : array
    size : float
        Of the numbers that they were computed from, where these may be larger than `b`: the
        loss of a sure softmax is 1e-12, and was rounded as a difference of numbers like 1.
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
