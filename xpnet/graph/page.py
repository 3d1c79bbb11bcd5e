"""A page that plays the propagation of a graph, forward and back, one step at a time."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole
from xpnet.graph.diagram import Diagram, Step, check_nodes
from xpnet.graph.picture import DARK, LIGHT, drawing, style_sheet
from xpnet.graph.player import WORDS
from xpnet.graph.tracing import trace
from xpnet.graph.variable import Variable

__all__ = ["ENDINGS", "colour_rules", "link_bar", "page", "script_policy", "to_html"]

ENDINGS = ".html", ".htm"
COLUMNS = "number", "node", "kind", "value", "grad"


def to_html(
    y: Variable,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    language: str = "en",
    links: Sequence[tuple[str, str]] = (),
) -> None:
    """Write a page that plays the propagation through the graph of `y`, step by step.

    The page is one file that loads nothing: it can be mailed, and opened without a network.

    Parameters
    ----------
    y : Variable
        After `backward`, the page plays both propagations; before it, the forward one alone.
    path : str or path
        Ending in .html or .htm. The file is written whole or not at all.
    title : str, optional
        Default: "Computational graph", with the name of `y` if it has one.
    language : str
        "en" or "ko".
    links : sequence of (str, str)
        Text and address of each link above the title, on a page that is part of a site.

    Raises
    ------
    OptionError
        The path cannot be written or has another ending, the language is another one, or the
        graph has more than 500 nodes.
    ArgumentTypeError
        `y` is no variable.

    Examples
    --------
    >>> import tempfile
    >>> from xpnet.graph import examples
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     to_html(examples.apple(), f"{folder}/apple.html")
    ...     print(Path(f"{folder}/apple.html").read_text(encoding="utf-8")[:15])
    <!doctype html>
    """
    if Path(path).suffix.lower() not in ENDINGS:
        raise OptionError(f"expected a page to end in .html or .htm, got {path}")
    check_writable(path)
    diagram = trace(y, language=language, shown_by="a page")
    write_whole(path, page(diagram, title=title, language=language, links=links))


def page(
    diagram: Diagram,
    *,
    title: str | None = None,
    language: str = "en",
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """The text of the page.

    Parameters
    ----------
    diagram : Diagram
    title : str, optional
    language : str
        That of the diagram, "en" or "ko".
    links : sequence of (str, str)

    Raises
    ------
    OptionError
        The graph is too large to look at.
    """
    check_nodes(len(diagram.nodes), "a page")
    words = WORDS[language]
    if title is None:
        names = [node.label for node in diagram.nodes if node.kind == "output" and node.label]
        title = ": ".join([words["heading"], *names])
    folder = files("xpnet.graph.player")
    script = (folder / "player.js").read_text(encoding="utf-8")
    drawn = drawing(diagram, words["sum"])
    size = f"--width: {drawn.width}px; --ratio: {drawn.width / drawn.height:.3f}"
    parts = {name: escape(word) for name, word in words.items()}
    parts |= {
        "language": language,
        "title": escape(title),
        "policy": script_policy(script),
        "css": _css() + (folder / "player.css").read_text(encoding="utf-8"),
        "script": script,
        "links": link_bar(links),
        "picture": drawn.element(words["picture"], size),
        "columns": _row('th scope="col"', [words[name] for name in COLUMNS]),
        "rows": "\n".join(_row("td", cells) for cells in _cells(diagram, words)),
        "lines": "\n".join(_step(step, words) for step in diagram.steps),
    }
    text = Template((folder / "player.html").read_text(encoding="utf-8")).substitute(parts)
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair has no UTF-8


def script_policy(script: str) -> str:
    """The browser loads nothing and runs this script alone, whatever a name contains."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )


def colour_rules() -> str:
    """The colours of a page as variables, light or dark as the reader likes it."""
    return (
        f":root {{ color-scheme: light dark; {_variables(LIGHT)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}\n"
    )


def _css() -> str:
    """The colours, and the rules of the picture in them."""
    return colour_rules() + style_sheet({name: f"var(--{name})" for name in LIGHT})


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


def link_bar(links: Sequence[tuple[str, str]]) -> str:
    """The links above the title of a page, by text and address."""
    if not links:
        return ""
    shown = (f'<a href="{escape(address)}">{escape(text)}</a>' for text, address in links)
    return f"<nav>{' '.join(shown)}</nav>\n"


def _cells(diagram: Diagram, words: dict[str, str]) -> Iterator[list[str]]:
    for node in diagram.nodes:
        grad = words["none"] if node.grad is None else node.grad
        yield [
            str(node.key + 1),
            node.label or words["unnamed"],
            words[node.kind],
            node.value,
            grad,
        ]


def _row(cell: str, texts: list[str]) -> str:
    """A row of a table, from the start tag of its cells."""
    end = cell.partition(" ")[0]
    return f"<tr>{''.join(f'<{cell}>{escape(text)}</{end}>' for text in texts)}</tr>"


def _step(step: Step, words: dict[str, str]) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in step.lines)
    return f'<li data-direction="{step.direction}"><span>{words[step.direction]}</span>{lines}</li>'
