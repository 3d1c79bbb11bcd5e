"""Fonts for the letters of a picture."""

from __future__ import annotations

from typing import Any

__all__ = ["families"]

WESTERN = "sans-serif"
ASIAN = (
    "NanumGothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "AppleGothic",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Hiragino Sans",
    "Yu Gothic",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Unifont",
)
"""Where they are installed, the first that has a letter draws it."""


def families(texts: list[str], font_manager: Any) -> list[str]:
    """Families of fonts for these texts: more than matplotlib's own only where they are needed."""
    missing = {sign for text in texts for sign in text if not sign.isascii()}
    found = [WESTERN]
    missing -= _letters(WESTERN, font_manager)
    installed = set(font_manager.fontManager.get_font_names()) if missing else set()
    for family in ASIAN:
        if missing and family in installed:
            letters = _letters(family, font_manager)
            if missing & letters:
                found.append(family)
                missing -= letters
    return found


def _letters(family: str, font_manager: Any) -> set[str]:
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return {chr(code) for code in font_manager.get_font(path).get_charmap()}
