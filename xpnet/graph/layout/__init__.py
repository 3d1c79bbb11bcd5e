"""Places for a diagram's nodes and edges, without knowing how they will be drawn."""

from __future__ import annotations

from xpnet.graph.layout.arrange import Layout, arrange
from xpnet.graph.layout.spans import spans

__all__ = ["Layout", "arrange", "spans"]
