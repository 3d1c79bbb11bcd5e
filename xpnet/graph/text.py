"""A computational graph as text for a terminal: a line for each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xpnet.graph.diagram import Diagram
from xpnet.graph.formulas import lines_of
from xpnet.graph.tracing import trace
from xpnet.graph.words import columns, fold

if TYPE_CHECKING:
    from xpnet.graph.variable import Variable

__all__ = ["text", "to_text"]

WIDTH = 80
LEAST = 24
"""Columns for formulas, however wide the numbers are."""
HEADS = "value", "derivative"
GAP = "  "


def to_text(y: Variable) -> str:
    """The graph that led to `y`, a line for each value, in the order of the forward propagation.

    A line shows what is computed from what, its value, and the derivative of `y` by it. A value
    without a name is called v1, v2, ...; plain numbers stand in the formulas. Lines are at most 80
    columns wide, unless the numbers are very long.

    Parameters
    ----------
    y : Variable

    Returns
    -------
    str

    Raises
    ------
    ArgumentTypeError
        `y` is no variable.

    Examples
    --------
    >>> from xpnet.graph import examples, to_text
    >>> print(to_text(examples.apple()))
                         value  derivative
    apple                  100         2.2
    apples                   2         110
    v1 = apple × apples    200         1.1
    tax                    1.1         200
    price = v1 × tax       220           1
    """
    return text(trace(y, steps=False))


def text(diagram: Diagram) -> str:
    """A diagram as `to_text` shows it."""
    rows = [("", *HEADS), *lines_of(diagram)]
    if not any(grad for _, _, grad in rows[1:]):
        rows = [(formula, value, "") for formula, value, _ in rows]
    values = max(len(value) for _, value, _ in rows)
    grads = max(len(grad) for _, _, grad in rows)
    width_left = max(WIDTH - values - grads - 2 * len(GAP), LEAST)
    folded = [(fold(formula, width_left), value, grad) for formula, value, grad in rows]
    width = max(columns(part) for parts, _, _ in folded for part in parts)
    lines = []
    for parts, value, grad in folded:
        last = parts[-1] + " " * (width - columns(parts[-1]))
        lines += [*parts[:-1], f"{last}{GAP}{value:>{values}}{GAP}{grad:>{grads}}".rstrip()]
    return "\n".join(lines)
