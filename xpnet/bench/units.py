"""Quantities in words: three digits, with the unit that fits, and the quartiles."""

from __future__ import annotations

from xpnet.bench.timing import Spread

__all__ = ["digits", "duration", "duration_spread", "number_spread"]

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def digits(value: float) -> str:
    """Three digits; where more of them stand before the point, those.

    Examples
    --------
    >>> digits(0.0123456), digits(5.5), digits(168.2), digits(52588.4)
    ('0.0123', '5.50', '168', '52,588')
    """
    return f"{value:#.3g}".rstrip(".") if abs(value) < 999.5 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """A time in its unit.

    Examples
    --------
    >>> duration(0.00012345), duration(0.02), duration(534.2)
    ('123 µs', '20.0 ms', '534 s')
    """
    size, unit = _unit(seconds)
    return f"{digits(seconds / size)} {unit}"


def duration_spread(seconds: Spread) -> str:
    """Median and quartiles of a time, all in the median's unit.

    Examples
    --------
    >>> duration_spread(Spread(0.0160, 0.0083, 0.0161))
    '16.0 ms (8.30 to 16.1)'
    """
    size, _ = _unit(seconds.median)
    low, high = digits(seconds.low / size), digits(seconds.high / size)
    return f"{duration(seconds.median)} ({low} to {high})"


def number_spread(number: Spread) -> str:
    """Median and quartiles of a number.

    Examples
    --------
    >>> number_spread(Spread(0.638, 0.396, 8.51))
    '0.638 (0.396 to 8.51)'
    """
    return f"{digits(number.median)} ({digits(number.low)} to {digits(number.high)})"


def _unit(seconds: float) -> tuple[float, str]:
    """Its size and name: the largest in which the three digits come to 1 or more."""
    return next((pair for pair in UNITS if seconds >= 0.9995 * pair[0]), UNITS[-1])
