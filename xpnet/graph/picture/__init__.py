"""A diagram as a still picture: what stands where, in inches, and how matplotlib paints it."""

from __future__ import annotations

from xpnet.graph.picture.paint import figure, png, svg

__all__ = ["figure", "png", "svg"]
