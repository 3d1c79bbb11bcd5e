"""A diagram as a picture: where everything stands, and the SVG of it."""

from __future__ import annotations

from xpnet.graph.picture.style import DARK, LIGHT, style_sheet
from xpnet.graph.picture.svg import Drawing, drawing, standalone

__all__ = ["DARK", "LIGHT", "Drawing", "drawing", "standalone", "style_sheet"]
