"""A diagram as SVG: for the page that plays it, for a file and for a notebook."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import escape

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.picture.lines import paths
from xpnet.graph.picture.places import places
from xpnet.graph.picture.shapes import LINE, corner, lines, shape, shortened_label, slot_width
from xpnet.graph.picture.style import LIGHT, style_sheet
from xpnet.graph.words import one_line

__all__ = ["Drawing", "drawing", "standalone"]

MARGIN = 16.0
NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Drawing:
    """What is drawn, and how large it is.

    Attributes
    ----------
    parts : str
        Elements of SVG. Where the diagram has steps, those with ``data-from="4"`` appear at step
        4, counted from 1; those with ``data-at="4 9"`` are at work in steps 4 and 9.
    width, height : int
        In pixels, where a letter has 16.
    """

    parts: str
    width: int
    height: int

    def element(self, label: str, style: str) -> str:
        """The SVG element; `label` says what it is, `style` how it is laid out."""
        return (
            f'<svg class="xpnet-graph" role="img" '
            f'aria-label="{escape(label)}" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" style="{style}">\n{self.parts}</svg>'
        )


def drawing(diagram: Diagram, total: str) -> Drawing:
    """Draw a diagram.

    Parameters
    ----------
    diagram : Diagram
    total : str
        The word before a derivative that is the sum of several.
    """
    uses = Counter(edge.source for edge in diagram.edges if edge.grad is not None)
    sums = {
        node.key: f"{total} {node.grad}"
        for node in diagram.nodes
        if node.grad is not None and uses[node.key] > 1
    }
    found = places(diagram, sums)
    forward, backward = _appearances(diagram)
    work: dict[int, list[int]] = {node.key: [] for node in diagram.nodes}
    for number, step in enumerate(diagram.steps, 1):
        work[step.node].append(number)
    parts = []
    for edge, path, place in zip(diagram.edges, paths(diagram, found), found.slots, strict=True):
        at = forward[edge.key], backward[edge.key]
        parts.append(_edge(edge, path, at, bool(diagram.steps)))
        parts.append(_numbers(edge, _value(diagram, edge), place, at))
    for node, place in zip(diagram.nodes, found.nodes, strict=True):
        parts.append(_node(node, place, work[node.key]))
        if node.key in sums:
            below = place[0], place[1] + shape(node)[1] / 2 + 16
            text = _text("sum", below, lines(sums[node.key]))
            since = _data("from", max(work[node.key], default=0))
            parts.append(f'<g class="grad"{since}>{text}</g>\n')
    moved = f'<g transform="translate({MARGIN:g} {MARGIN:g})">\n{"".join(parts)}</g>\n'
    width, height = round(found.width + 2 * MARGIN), round(found.height + 2 * MARGIN)
    return Drawing(moved, width, height)


def standalone(drawn: Drawing, label: str) -> str:
    """The element with its own style, on a light page: a file, or a picture in a notebook.

    Its rules begin with its class, so that they touch nothing else in a notebook.
    """
    style = f"<style>\n{style_sheet(LIGHT)}</style>\n"
    page = '<rect class="page" width="100%" height="100%"/>\n'
    framed = Drawing(style + page + drawn.parts, drawn.width, drawn.height)
    element = framed.element(label, "max-width: 100%; height: auto")
    return element.replace("<svg ", f'<svg xmlns="{NAMESPACE}" ', 1)


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


def _data(name: str, *steps: int) -> str:
    """An attribute with the numbers of steps; none where it would be empty."""
    numbers = [str(step) for step in steps if step]
    return f' data-{name}="{" ".join(numbers)}"' if numbers else ""


def _edge(edge: Edge, path: str, since: tuple[int, int], plays: bool) -> str:
    at = _data("at", *(since if edge.grad is not None else since[:1]))
    flow = f'<path class="flow" pathLength="1" d="{path}"/>' if plays else ""
    return f'<g class="edge"{at}><path class="line" d="{path}m-8 -4.5l8 4.5l-8 4.5"/>{flow}</g>\n'


def _numbers(edge: Edge, value: str, place: tuple[float, float], since: tuple[int, int]) -> str:
    """The value above the line; below it the derivative, under an arrow that points back."""
    x, y = place
    written = lines(value)
    top = y - 8 - LINE * (len(written) - 1)
    text = _text("value", (x, top), written, _data("from", since[0])) if value else ""
    if edge.grad is None:
        return f'<g class="numbers" id="edge{edge.key}">{text}</g>\n'
    reach = slot_width(edge) / 2 - 4
    return (
        f'<g class="numbers" id="edge{edge.key}">{text}<g class="grad"{_data("from", since[1])}>'
        f'<path class="back" pathLength="1" d="M{x + reach:.1f} {y + 8:.1f}H{x - reach:.1f}'
        f'm7 -5l-7 5l7 5"/>{_text("derivative", (x, y + 27), lines(edge.grad))}</g></g>\n'
    )


def _node(node: Node, place: tuple[float, float], work: list[int]) -> str:
    x, y = place
    width, height = shape(node)
    label = _text("label", (x, y + 6), [shortened_label(node.label)]) if node.label else ""
    return (
        f'<g class="node {node.kind}" id="node{node.key}"{_data("at", *work)}>'
        f"<title>{escape(one_line(node.label))}</title>"
        f'<rect class="shape" x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="{corner(node):.1f}"/>'
        f"{label}</g>\n"
    )


def _text(name: str, place: tuple[float, float], written: list[str], more: str = "") -> str:
    """A text whose first line has its middle at this place."""
    x, y = place
    start = f'<text class="{name}" x="{x:.1f}" y="{y:.1f}"{more}>'
    rest = "".join(
        f'<tspan x="{x:.1f}" dy="{LINE:g}">{escape(line)}</tspan>' for line in written[1:]
    )
    return f"{start}{escape(written[0])}{rest}</text>"


def _value(diagram: Diagram, edge: Edge) -> str:
    """What stands above an edge: nothing behind a constant, whose number is in the node."""
    return "" if diagram.nodes[edge.source].kind == "constant" else edge.value
