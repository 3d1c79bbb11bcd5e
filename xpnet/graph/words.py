"""Labels as they stand in a picture or on a terminal: on one line, and not too long."""

from __future__ import annotations

import unicodedata

from xpnet.graph.diagram import Diagram, Edge

__all__ = ["columns", "edge_lines", "fold", "one_line", "shortened"]


def one_line(text: str) -> str:
    r"""The text with every line break, tab and invisible character as a space, and no two in a row.

    Examples
    --------
    >>> one_line("price\nof  apples")
    'price of apples'
    """
    visible = (character if character.isprintable() else " " for character in text)
    return " ".join("".join(visible).split())


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: a Korean syllable takes two, an accent none.

    Examples
    --------
    >>> columns("apple"), columns("사과")
    (5, 4)
    """
    return len(text) if text.isascii() else sum(_columns(character) for character in text)


def shortened(text: str, limit: int) -> str:
    """The text on one line, cut to so many columns, with … at its end if something is missing.

    Examples
    --------
    >>> shortened("the price of an apple", 12)
    'the price o…'
    """
    text = one_line(text)
    if columns(text) <= limit:
        return text
    kept, left = "", limit - 1
    for character in text:
        left -= _columns(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + "…"


def fold(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, broken at spaces; only the first begins at 0.

    Examples
    --------
    >>> fold("price = apple + orange + pear", 16)
    ['price = apple +', '  orange + pear']
    """
    lines = [""]
    for word in text.split(" "):
        if lines[-1].strip() and columns(lines[-1]) + 1 + columns(word) > width:
            lines.append("  " + word)
        else:
            lines[-1] += " " + word if lines[-1] else word
    return lines


def edge_lines(diagram: Diagram, edge: Edge) -> list[str]:
    """What is written at an edge, if only text can be: its value, and what comes back.

    At a constant the number stands already.
    """
    lines = [] if diagram.nodes[edge.source].kind == "constant" else [edge.value]
    return lines if edge.grad is None else [*lines, f"← {edge.grad}"]


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
