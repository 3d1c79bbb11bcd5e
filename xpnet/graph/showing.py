"""How a variable shows itself in a notebook: as the picture of its graph."""

from __future__ import annotations

import itertools
from typing import Any

from xpnet.graph.picture.picture import Picture
from xpnet.graph.propagation import topological_order
from xpnet.graph.tracing import trace

__all__ = ["MOST_SHOWN", "Showing"]

MOST_SHOWN = 60
"""Nodes of a graph that is drawn unasked, in up to 50 kB; `draw` takes more."""


class Showing:
    """What a notebook asks of the last value in a cell."""

    __slots__ = ()

    operation: Any

    def _repr_svg_(self) -> str | None:
        """The picture of the graph; None where its text is shown: of an input, or a large graph."""
        if self.operation is None:
            return None
        y: Any = self
        counted = itertools.count()
        try:
            # what is behind the first MOST_SHOWN need not be walked through
            variables = topological_order(y, is_end=lambda _: next(counted) >= MOST_SHOWN)
            return None if len(variables) > MOST_SHOWN else Picture(trace(y, steps=False)).svg
        except Exception:  # inputs or grad may hold anything; a notebook then shows the text
            return None
