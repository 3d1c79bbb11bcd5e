"""Draw: a computational graph as a still picture; needs the extra ``plot`` (matplotlib)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from xpnet.checks import check_matplotlib
from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole
from xpnet.graph.diagram import Diagram, check_nodes
from xpnet.graph.picture.paint import png, svg
from xpnet.graph.tracing import trace
from xpnet.graph.variable import Variable

__all__ = ["draw", "drawn"]

FORMATS: dict[str, Callable[[Diagram], str | bytes]] = {".svg": svg, ".png": png}


def draw(y: Variable, path: str | os.PathLike[str]) -> None:
    """Draw the graph that led to `y`: values above its edges, derivatives below them.

    The forward propagation goes from left to right. A derivative stands below the edge along
    which it comes back, in another colour, behind a small arrow that points back; before the
    first `backward` there are none. Under the name of an input with several uses stands the sum
    of its derivatives. The same graph gives the same file, byte for byte, on the same machine.

    Parameters
    ----------
    y : Variable
    path : str or path
        Ending in .svg or .png. Written whole or not at all.

    Raises
    ------
    OptionError
        The ending is another, the folder does not exist, the file cannot be written, the PNG
        would be too large, the graph has more than 500 nodes, or matplotlib is not installed.
    TypeError
        `y` is no variable.

    Examples
    --------
    >>> from xpnet.graph import draw, examples
    >>> draw(examples.apple(), "apple.gif")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: apple.gif: a picture is .svg or .png
    """
    _check_drawable(Path(path))
    drawn(trace(y, shown_by="a picture"), path)


def drawn(diagram: Diagram, path: str | os.PathLike[str]) -> None:
    """Draw a diagram, as `draw` does.

    Parameters
    ----------
    diagram : Diagram
    path : str or path

    Raises
    ------
    OptionError
    """
    target = Path(path)
    _check_drawable(target)
    check_nodes(len(diagram.nodes), "a picture")
    try:
        content = FORMATS[target.suffix.lower()](diagram)
    except OptionError as error:
        raise OptionError(f"{path}: {error}") from error
    write_whole(target, content)


def _check_drawable(path: Path) -> None:
    """Refuse what could not be written, before the work."""
    if path.suffix.lower() not in FORMATS:
        raise OptionError(f"{path}: a picture is .svg or .png")
    check_matplotlib()
    check_writable(path)
