"""What is computed from what, in formulas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xpnet.graph.diagram import Diagram, Node
from xpnet.graph.words import shortened

__all__ = ["formula", "lines_of"]

LONGEST = 20
"""Columns of a name."""


def lines_of(diagram: Diagram) -> list[tuple[str, str, str]]:
    """A formula, a value and a derivative (or "") for each input and each operation, in order.

    The last operation has the name of the output. What has no name is called v1, v2, ...; the
    second x is x#2.
    """
    names = _names(diagram)
    inputs: list[list[str]] = [[] for _ in diagram.nodes]
    for edge in diagram.edges:
        inputs[edge.target].append(names[edge.source])
    lines = []
    for node in diagram.nodes:
        shown = names[node.key]
        if node.kind == "operation":
            shown += " = " + formula(shortened(node.label, LONGEST), inputs[node.key])
        if node.kind in ("input", "operation"):
            lines.append((shown, node.value, node.grad or ""))
    return lines


def formula(symbol: str, inputs: Sequence[str]) -> str:
    """How an operation of these inputs is written.

    Examples
    --------
    >>> formula("×", ["apple", "tax"]), formula("exp", ["x"]), formula("**3", ["x"])
    ('apple × tax', 'exp(x)', 'x**3')
    >>> formula("−", ["x"]), formula("/", ["x"]), formula("Affine1", ["x", "W1", "b1"])
    ('−x', '1 / x', 'Affine1(x, W1, b1)')
    """
    is_sign = not any(letter.isalnum() for letter in symbol)
    if len(inputs) > 1 and is_sign:
        return f" {symbol} ".join(inputs)
    if len(inputs) == 1 and symbol == "/":
        return f"1 / {inputs[0]}"
    if len(inputs) == 1 and symbol.startswith(("**", "[")):
        return f"{inputs[0]}{symbol}"
    if len(inputs) == 1 and is_sign:
        return f"{symbol}{inputs[0]}"
    return f"{symbol}({', '.join(inputs)})"


def _names(diagram: Diagram) -> list[str]:
    """What each node is called in formulas; no two inputs or operations are called the same."""
    given = [_given(node) for node in diagram.nodes]
    for edge in diagram.edges:
        target = diagram.nodes[edge.target]
        if target.kind == "output" and diagram.nodes[edge.source].kind == "operation":
            given[edge.source] = given[edge.target]
    names, taken = [], set(given)
    uses: Counter[str] = Counter()
    number = 0
    for node, name in zip(diagram.nodes, given, strict=True):
        if node.kind in ("input", "operation"):
            uses[name] += 1
            if name and uses[name] > 1:
                name += f"#{uses[name]}"
            while not name:
                number += 1
                name = f"v{number}" if f"v{number}" not in taken else ""
        names.append(name)
    return names


def _given(node: Node) -> str:
    return "" if node.kind == "operation" else shortened(node.label, LONGEST)
