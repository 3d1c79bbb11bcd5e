"""The table of a network's layers, as ``net.summary()`` and as a notebook shows it."""

from __future__ import annotations

import math

from xpnet.networks.assembly import by_layer
from xpnet.networks.container import Container
from xpnet.tables import html_paragraphs, html_table, text_table

__all__ = ["summary", "summary_html"]


def summary(net: Container) -> str:
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
    return "\n".join([*text_table(_rows(net), right=[2]), _total(net)])


def summary_html(net: Container) -> str:
    """The same table as HTML."""
    return html_table(_rows(net)) + html_paragraphs([_total(net)])


def _rows(net: Container) -> list[tuple[str, str, str]]:
    """A header, and name, parameters and their number for each layer."""
    own, shapes = by_layer(net.places), net.params.shapes
    rows = [("layer", "parameters", "numbers")]
    for position, name in enumerate(net.layers):
        keys = [key for key, _ in own.get(position, ())]
        listed = ", ".join(f"{key} {shapes[key]}" for key in keys)
        numbers = sum(math.prod(shapes[key]) for key in keys)
        rows.append((name, listed, f"{numbers:,}"))
    return [*rows, (type(net.last_layer).__name__, "", "0")]


def _total(net: Container) -> str:
    where = f"{net.backend.name} ({net.backend.device})"
    buffered = sum(math.prod(buffer.shape) for buffer in net.buffers.values())
    beside = f" and {buffered:,} numbers in buffers" if buffered else ""
    return f"{net.params.count:,} parameters{beside}, {net.dtype}, on {where}"
