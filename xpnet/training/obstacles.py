"""What stands against capturing a trainer's steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xpnet.backends import Backend
from xpnet.layers.adapted import original
from xpnet.networks import Network

if TYPE_CHECKING:
    from xpnet.training.stepper import Stepper

__all__ = ["obstacles"]

OF_A_NETWORK = "check_inputs", "loss", "backprop", "_backward"
OF_A_LAYER = "forward", "backward", "backward_params", "release"


def obstacles(stepper: Stepper) -> Iterator[str]:
    """Who cannot be captured, and why: a clause each; nothing where a step can be.

    Code of one's own runs when a step is recorded and not when it is replayed. So it is captured
    only where it says that this is all right.
    """
    net, optimizer = stepper.net, stepper.optimizer
    if not stepper.comm.capturable:
        yield f"{type(stepper.comm).__name__} does not say capturable = True"
    if type(net.backend).capture is Backend.capture:
        yield f"the backend {net.backend.name!r} cannot capture"
    named = zip((*net.stack.names, "the last layer"), net.stack.every, strict=True)
    for name, layer in named:
        own = original(layer)
        if not layer.capturable:
            yield f"{name} ({type(own).__name__}) does not say capturable = True"
        elif replaced := [part for part in OF_A_LAYER if part in getattr(own, "__dict__", {})]:
            yield f"{name} has a {replaced[0]} of its own"
    for part in OF_A_NETWORK:
        if getattr(getattr(net, part), "__func__", None) is not getattr(Network, part):
            yield f"{type(net).__name__} has a {part} of its own"
    if getattr(optimizer, "capturable", False) is not True:
        yield f"the optimizer {type(optimizer).__name__} has an update of its own"
