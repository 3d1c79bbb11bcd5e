"""A page on which one draws, and watches a network read the drawing."""

from xpnet.playground.page import page, to_html

__all__ = ["page", "to_html"]
