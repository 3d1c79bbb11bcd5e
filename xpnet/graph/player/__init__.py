"""The player's page: its picture, its words, and the files that a browser reads."""

from xpnet.graph.player.picture import picture
from xpnet.graph.player.words import WORDS

__all__ = ["WORDS", "picture"]
