"""Diagram: a computational graph as a picture needs it, with every number already in words."""

from __future__ import annotations

from dataclasses import dataclass

from xpnet.errors import OptionError

__all__ = ["MOST_NODES", "Diagram", "Edge", "Node", "Step", "check_nodes"]

MOST_NODES = 500
"""That a page or a picture shows: among more, none can be found by eye."""


@dataclass(frozen=True)
class Node:
    """A circle, or the name at an end of the picture.

    Attributes
    ----------
    key : int
        Its place in `Diagram.nodes`, where every node stands behind those that lead to it.
    kind : str
        "input", "constant", "operation" or "output".
    label : str
        The operation's symbol; the name of an input or of the output, or ""; the number of a
        constant.
    value : str
        What stands at the node after the forward propagation.
    grad : str or None
        The derivative of the output by that value; None before the backward propagation, and at
        constants, which have none.
    """

    key: int
    kind: str
    label: str
    value: str
    grad: str | None


@dataclass(frozen=True)
class Edge:
    """A line between two nodes, from left to right.

    Attributes
    ----------
    key : int
        Its place in `Diagram.edges`.
    source, target : int
        Keys of nodes.
    value : str
        What goes forward along it: the value of its source.
    grad : str or None
        What comes back along it. Where a value has several uses, that of its node is the sum of
        these. None before the backward propagation, and at constants, which have none.
    """

    key: int
    source: int
    target: int
    value: str
    grad: str | None


@dataclass(frozen=True)
class Step:
    """One moment of the propagation, which a player shows.

    Attributes
    ----------
    direction : str
        "forward" or "backward".
    node : int
        The key of the node at work.
    edges : tuple of int
        The keys of the edges whose number is new: behind the node on the way forward, before it
        on the way back.
    lines : tuple of str
        What the node does, in words and numbers: "multiplication: the upstream value times the
        other input: 1.1 × 2 = 2.2".
    """

    direction: str
    node: int
    edges: tuple[int, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Diagram:
    """Nodes, edges, and the steps of both propagations in their order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        counts = f"{len(self.nodes)} nodes, {len(self.edges)} edges, {len(self.steps)} steps"
        return f"Diagram({counts})"


def check_nodes(count: int, shown_by: str) -> None:
    """`OptionError` where a page or a picture would have more nodes than can be looked at."""
    if count > MOST_NODES:
        raise OptionError(
            f"the graph has {count:,} nodes, and {shown_by} shows at most {MOST_NODES}: "
            "collapse parts of it, or read it as text (to_text)"
        )
