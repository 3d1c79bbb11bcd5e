"""The page that plays a graph: its words, and the files that a browser reads."""

from xpnet.graph.player.words import WORDS

__all__ = ["WORDS"]
