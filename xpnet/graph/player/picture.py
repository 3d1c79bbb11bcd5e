"""The picture in the player's page: SVG whose parts know at which step they appear."""

from __future__ import annotations

from collections import Counter
from html import escape
from itertools import pairwise

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.player.places import Places, places
from xpnet.graph.player.shapes import corner, half, shape, short, slot_width

__all__ = ["picture"]

MARGIN = 16.0


def picture(diagram: Diagram, label: str, total: str) -> str:
    """The SVG element; all of it is visible until a player hides what a step has not reached.

    Parameters
    ----------
    diagram : Diagram
    label : str
        What it is, in words.
    total : str
        The word before a derivative that is the sum of several.

    Returns
    -------
    str
        Parts with ``data-from="4"`` appear at step 4, counted from 1; those with
        ``data-at="4 9"`` are at work in steps 4 and 9.
    """
    uses = Counter(edge.source for edge in diagram.edges if edge.grad is not None)
    sums = {
        node.key: f"{total} {short(node.grad)}"
        for node in diagram.nodes
        if node.grad is not None and uses[node.key] > 1
    }
    found = places(diagram, sums)
    forward, backward = _appearances(diagram)
    paths = _paths(diagram, found)
    work: dict[int, list[int]] = {node.key: [] for node in diagram.nodes}
    for number, step in enumerate(diagram.steps, 1):
        work[step.node].append(number)
    parts = []
    for edge, place in zip(diagram.edges, found.slots, strict=True):
        at = forward[edge.key], backward[edge.key]
        parts.append(_edge(edge, paths[edge.key], at))
        parts.append(_numbers(edge, _value(diagram, edge), place, at))
    for node, place in zip(diagram.nodes, found.nodes, strict=True):
        parts.append(_node(node, place, work[node.key]))
        if node.key in sums:
            text = _text("sum", (place[0], place[1] + shape(node)[1] / 2 + 16), sums[node.key])
            parts.append(
                f'<g class="grad" data-from="{max(work[node.key], default=0)}">{text}</g>\n'
            )
    width, height = round(found.width + 2 * MARGIN), round(found.height + 2 * MARGIN)
    return (
        f'<svg role="img" aria-label="{escape(label)}" width="{width}" height="{height}" '
        f'style="--width:{width}px;--ratio:{width / height:.3f}" '
        f'viewBox="{-MARGIN:g} {-MARGIN:g} {width} {height}">\n{"".join(parts)}</svg>'
    )


def _appearances(diagram: Diagram) -> tuple[list[int], list[int]]:
    """For each edge the steps at which its value and its derivative appear.

    What no step brings is there from the start, or from the first step of the way back.
    """
    first = [number for number, step in enumerate(diagram.steps, 1) if step.direction == "backward"]
    forward = [0] * len(diagram.edges)
    backward = [first[0] if first else 0] * len(diagram.edges)
    for number, step in reversed(list(enumerate(diagram.steps, 1))):
        for edge in step.edges:
            (forward if step.direction == "forward" else backward)[edge] = number
    return forward, backward


def _paths(diagram: Diagram, found: Places) -> list[str]:
    """The line of each edge: level through its slots, bent between them."""
    sources = [edge.source for edge in diagram.edges]
    targets = [edge.target for edge in diagram.edges]
    starts = _ports(found, sources, [run[1][2] for run in found.runs])
    ends = _ports(found, targets, [run[-2][2] for run in found.runs])
    paths = []
    for edge, run, start, end in zip(diagram.edges, found.runs, starts, ends, strict=True):
        pieces = list(run)
        behind = half(diagram.nodes[edge.source], start)
        before = half(diagram.nodes[edge.target], end)
        pieces[0] = run[0][0] + behind, run[0][1], run[0][2] + start
        pieces[-1] = run[-1][0] - 9, run[-1][1] - before, run[-1][2] + end
        path = [f"M{pieces[0][0]:.1f} {pieces[0][2]:.1f}"]
        for (_, x, y), (other_x, _, other_y) in pairwise(pieces):
            middle = (x + other_x) / 2
            path.append(f"H{x:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {other_y:.1f} ")
            path.append(f"{other_x:.1f} {other_y:.1f}")
        paths.append("".join([*path, f"H{pieces[-1][1]:.1f}"]))
    return paths


def _ports(found: Places, nodes: list[int], y: list[float]) -> list[float]:
    """How far from the middle of its node each edge ends, in the order in which they come.

    A line that comes level goes on level.
    """
    shifts = [0.0] * len(nodes)
    at: dict[int, list[int]] = {}
    for edge in sorted(range(len(nodes)), key=lambda edge: y[edge]):
        at.setdefault(nodes[edge], []).append(edge)
    for node, edges in at.items():
        level = [i for i, edge in enumerate(edges) if abs(y[edge] - found.nodes[node][1]) < 1]
        middle = level[0] if level else (len(edges) - 1) / 2
        apart = min(15.0, 16.0 / max(middle, len(edges) - 1 - middle, 1.0))
        for number, edge in enumerate(edges):
            shifts[edge] = (number - middle) * apart
    return shifts


def _edge(edge: Edge, path: str, since: tuple[int, int]) -> str:
    at = f"{since[0]} {since[1]}" if edge.grad is not None else f"{since[0]}"
    return (
        f'<g class="edge" data-at="{at}"><path class="line" d="{path}m-8 -4.5l8 4.5l-8 4.5"/>'
        f'<path class="flow" pathLength="1" d="{path}"/></g>\n'
    )


def _numbers(edge: Edge, value: str, place: tuple[float, float], since: tuple[int, int]) -> str:
    """The value above the line; below it the derivative, under an arrow that points back."""
    x, y = place
    text = _text("value", (x, y - 8), value, f' data-from="{since[0]}"') if value else ""
    if edge.grad is None:
        return f'<g class="numbers" id="edge{edge.key}">{text}</g>\n'
    reach = slot_width(edge) / 2 - 4
    return (
        f'<g class="numbers" id="edge{edge.key}">{text}<g class="grad" data-from="{since[1]}">'
        f'<path class="back" pathLength="1" d="M{x + reach:.1f} {y + 8:.1f}H{x - reach:.1f}'
        f'm7 -5l-7 5l7 5"/>{_text("derivative", (x, y + 27), short(edge.grad))}</g></g>\n'
    )


def _node(node: Node, place: tuple[float, float], work: list[int]) -> str:
    x, y = place
    width, height = shape(node)
    at = f' data-at="{" ".join(map(str, work))}"' if work else ""
    label = _text("label", (x, y + 6), short(node.label)) if node.label else ""
    return (
        f'<g class="node {node.kind}" id="node{node.key}"{at}><title>{escape(node.label)}</title>'
        f'<rect class="shape" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="{corner(node):.1f}"/>'
        f"{label}</g>\n"
    )


def _text(name: str, place: tuple[float, float], text: str, more: str = "") -> str:
    x, y = place
    return f'<text class="{name}" x="{x:.1f}" y="{y:.1f}"{more}>{escape(text)}</text>'


def _value(diagram: Diagram, edge: Edge) -> str:
    """What stands above an edge: nothing behind a constant, whose number is in the node."""
    return "" if diagram.nodes[edge.source].kind == "constant" else short(edge.value)
