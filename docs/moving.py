"""The moving picture of the README: the propagation through a graph, step by step, again and again.

    python docs/moving.py        # writes docs/graph.svg

It is the picture that the page plays, with a style sheet in place of the page's script: what
appears at a step and what is at work in it is read from the same attributes.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from xpnet.graph import examples, trace
from xpnet.graph.picture import LIGHT, Drawing, drawing, standalone

START, STEP, END = 1.0, 1.8, 4.0
"""Seconds before the first step, of each, and of rest at the end."""
CAPTION = 56
"""Height of the lines below the graph."""
RULES = """\
.xpnet-graph .flow { fill: none; stroke-width: 4; visibility: hidden; }
.xpnet-graph .caption { font-size: 17px; visibility: hidden; }
.xpnet-graph .caption.forward { fill: $forward; }
.xpnet-graph .caption.backward { fill: $backward; }
.xpnet-graph .caption .formula { font-weight: 600; }
"""
IDLE = {
    "shape": f"fill: {LIGHT['shape']}; stroke: {LIGHT['ink']};",
    "flow": "visibility: hidden;",
}
AT_WORK = {
    "shape": "fill: {1}; stroke: {0};",
    "flow": "visibility: visible; stroke: {0};",
}


def moving_picture() -> str:
    """The SVG: animated by CSS alone, and still where motion is not welcome."""
    diagram = trace(examples.orange())
    still = drawing(diagram, "sum")
    times = [START + STEP * k for k in range(len(diagram.steps))]
    total = times[-1] + STEP + END

    def keyframes(selector: str, name: str, *moments: tuple[float, str]) -> str:
        """`moments`: from when on (in seconds) which declarations hold."""
        frames = " ".join(f"{100 * at / total:.2f}% {{ {held} }}" for at, held in moments)
        # the last frame holds until the picture begins anew
        frames += f" 100% {{ {moments[-1][1]} }}"
        return (
            f"{selector} {{ animation: {name} {total:g}s step-end infinite; }}\n"
            f"@keyframes {name} {{ {frames} }}\n"
        )

    rules = [RULES.replace("$forward", LIGHT["forward"]).replace("$backward", LIGHT["backward"])]
    captions = []
    for number, (step, at) in enumerate(zip(diagram.steps, times, strict=True), 1):
        hidden, shown = "visibility: hidden;", "visibility: visible;"
        rules.append(
            keyframes(f'[data-from="{number}"]', f"from{number}", (0, hidden), (at, shown))
        )
        name = f"told{number}"
        moments = (0, hidden), (at, shown), (at + STEP, hidden)
        rules.append(keyframes(f".{name}", name, *moments))
        told, _, formula = step.lines[0].rpartition(": ")
        x, y = still.width / 2, still.height + 4
        captions.append(
            f'<text class="caption {step.direction} {name}" x="{x:g}" y="{y}">{escape(told)}'
            f'<tspan class="formula" x="{x:g}" dy="24">{escape(formula)}</tspan></text>\n'
        )
    for steps in sorted(set(re.findall(r'data-at="([\d ]+)"', still.parts))):
        for part in ("shape", "flow"):
            idle, moments = IDLE[part], []
            for number in map(int, steps.split()):
                direction = diagram.steps[number - 1].direction
                busy = AT_WORK[part].format(LIGHT[direction], LIGHT[f"{direction}_fill"])
                moments += [(times[number - 1], busy), (times[number - 1] + STEP, idle)]
            selector, name = f'[data-at="{steps}"] .{part}', f"{part}{steps.replace(' ', '_')}"
            rules.append(keyframes(selector, name, (0, idle), *moments))
    rules.append("@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }\n")
    parts = f"<style>\n{''.join(rules)}</style>\n{still.parts}{''.join(captions)}"
    moved = Drawing(parts, still.width, still.height + CAPTION)
    return standalone(moved, "Forward and backward propagation through a graph") + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("graph.svg").write_text(moving_picture(), encoding="utf-8")
