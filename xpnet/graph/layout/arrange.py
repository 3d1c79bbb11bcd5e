"""Places for a diagram's nodes and edges."""

from __future__ import annotations

from dataclasses import dataclass

from xpnet.graph.diagram import Diagram
from xpnet.graph.layout.cells import cut
from xpnet.graph.layout.order import ordered
from xpnet.graph.layout.rows import rows

__all__ = ["Layout", "arrange"]


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in levels from left to right and rows from top to bottom.

    Attributes
    ----------
    levels : int
        How many there are. Even ones are columns of nodes; odd ones hold the labels of edges, and
        constants.
    rows : float
        How far the lowest cell stands below the highest.
    nodes : tuple of (int, float)
        The level and the row of each node.
    edges : tuple of tuple of float
        The rows on which each edge passes the levels between its nodes. The first is that of its
        label. Empty where a constant stands directly before its operation.
    """

    levels: int
    rows: float
    nodes: tuple[tuple[int, float], ...]
    edges: tuple[tuple[float, ...], ...]


def arrange(diagram: Diagram) -> Layout:
    """Lay out a diagram from left to right, in the style of the book.

    An operation stands right of its inputs. Inputs stand at the left margin, but in a graph of
    more than three columns of operations near their first use; constants always do. The inputs of
    an operation enter in the order of its arguments, from top to bottom, unless another order
    avoids crossings.

    Parameters
    ----------
    diagram : Diagram

    Returns
    -------
    Layout

    Examples
    --------
    >>> from xpnet.graph.diagram import Diagram, Edge, Node
    >>> nodes = [Node(0, "input", "x", "3", None), Node(1, "operation", "exp", "20.09", None)]
    >>> arrange(Diagram(tuple(nodes), (Edge(0, 0, 1, "3", None),), ()))
    Layout(levels=3, rows=0.0, nodes=((0, 0.0), (2, 0.0)), edges=((0.0,),))
    """
    cells = cut(diagram)
    levels = ordered(cells)
    row = rows(levels, cells)
    return Layout(
        levels=len(levels),
        rows=max(row, default=0.0),
        nodes=tuple((cells.level[node.key], row[node.key]) for node in diagram.nodes),
        edges=tuple(tuple(row[cell] for cell in path[1:-1]) for path in cells.paths),
    )
