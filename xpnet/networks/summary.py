"""The table that ``net.summary()`` returns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xpnet.networks.assembly import by_layer

if TYPE_CHECKING:
    from xpnet.networks.network import Network

__all__ = ["summary"]


def summary(net: Network) -> str:
    """Layers, parameters with shapes, their number, and where they live.

    Examples
    --------
    >>> print(TwoLayerNet(784, 50, 10).summary())
    layer            parameters               numbers
    Affine1          W1 (784, 50), b1 (50,)    39,250
    Relu1                                           0
    Affine2          W2 (50, 10), b2 (10,)        510
    SoftmaxWithLoss                                 0
    39,760 parameters, float32, on numpy (cpu)
    """
    rows, own, shapes = (
        [("layer", "parameters", "numbers")],
        by_layer(net.places),
        net.params.shapes,
    )
    for position, name in enumerate(net.layers):
        keys = [key for key, _ in own.get(position, ())]
        listed = ", ".join(f"{key} {shapes[key]}" for key in keys)
        numbers = sum(math.prod(shapes[key]) for key in keys)
        rows.append((name, listed, f"{numbers:,}"))
    rows.append((type(net.last_layer).__name__, "", "0"))
    first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in rows]
    where = f"{net.backend.name} ({net.backend.device})"
    return "\n".join([*lines, f"{net.params.count:,} parameters, {net.dtype}, on {where}"])
