"""Tables of strings as aligned text and as HTML."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape

__all__ = ["html_paragraphs", "html_table", "text_table"]


def text_table(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    r"""The lines of a table whose columns are aligned, two spaces apart.

    Parameters
    ----------
    rows : sequence of rows of one length
    right : collection of int
        Columns that are aligned to the right.

    Examples
    --------
    >>> print(*text_table([("name", "size"), ("W1", "12")], right=[1]), sep="\n")
    name  size
    W1      12
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def html_table(rows: Sequence[Sequence[str]]) -> str:
    """A table as HTML, with its first row as the header; the cells are escaped.

    Examples
    --------
    >>> html_table([("name",), ("a < b",)])
    '<table><thead><tr><th>name</th></tr></thead><tbody><tr><td>a &lt; b</td></tr></tbody></table>'
    """
    header, *others = rows
    body = "".join(_html_row("td", row) for row in others)
    return f"<table><thead>{_html_row('th', header)}</thead><tbody>{body}</tbody></table>"


def html_paragraphs(lines: Iterable[str]) -> str:
    """Each line as a paragraph of HTML, escaped."""
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _html_row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
