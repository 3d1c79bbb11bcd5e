"""Digits drawn by strokes and with fonts, to try whether a network reads them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np


def arc(x, y, width, height, start, end):
    """Points of a part of an ellipse, by degrees clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 40))
    return [(x + width * math.cos(a), y + height * math.sin(a)) for a in angles]


STROKES = {
    0: [arc(0.5, 0.5, 0.3, 0.45, 0, 360)],
    1: [[(0.56, 0.05), (0.5, 0.95)]],
    2: [[*arc(0.5, 0.3, 0.28, 0.25, 190, 380), (0.2, 0.93), (0.85, 0.9)]],
    3: [arc(0.47, 0.28, 0.27, 0.23, 200, 440) + arc(0.47, 0.72, 0.31, 0.24, 275, 515)],
    4: [[(0.3, 0.08), (0.22, 0.55), (0.8, 0.52)], [(0.7, 0.1), (0.62, 0.95)]],
    5: [[(0.75, 0.08), (0.32, 0.08), (0.27, 0.45), *arc(0.47, 0.66, 0.31, 0.27, 235, 500)]],
    6: [[(0.62, 0.05), (0.42, 0.3), (0.27, 0.6), *arc(0.48, 0.72, 0.22, 0.22, 180, 540)]],
    7: [[(0.2, 0.12), (0.8, 0.1), (0.45, 0.95)]],
    8: [arc(0.5, 0.28, 0.2, 0.21, 90, 450) + arc(0.5, 0.72, 0.25, 0.23, -90, 270)],
    9: [[*arc(0.48, 0.3, 0.22, 0.22, 0, 360), (0.7, 0.3), (0.66, 0.6), (0.6, 0.95)]],
}
"""Lines through points of a unit square, y downward: each digit as one writes it."""
SLANTS = 0, 0.15, 0.3


def stroked(digit, slant, size=200, thick=16, ink=0, paper=255, canvas=280, off=(0, 0)):
    """A digit of so many pixels, drawn with a round pen on a square of paper."""
    from PIL import Image, ImageDraw

    zoom = 4  # then averaged: soft edges
    image = Image.new("L", (canvas * zoom, canvas * zoom), paper)
    draw = ImageDraw.Draw(image)
    radius = thick * zoom / 2
    for line in STROKES[digit]:
        points = np.array(line) - 0.5
        points[:, 0] -= slant * points[:, 1]
        points = (points * size + canvas / 2 + np.array(off)) * zoom
        draw.line([tuple(point) for point in points], ink, round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), ink)
    return np.array(image.reduce(zoom))


def photographed(gray, shade=40, noise=10):
    """A picture under a light from the side, with a camera's noise."""
    across = np.linspace(-shade / 2, shade / 2, gray.shape[1])
    grain = np.random.default_rng(0).normal(0, noise, gray.shape)
    return np.clip(gray + across + grain, 0, 255).astype(np.uint8)


def printed(digit, font, size, ink=0, paper=255):
    """A digit of a font that matplotlib carries, or, without a name, of Pillow's own."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    if font is None:
        made = ImageFont.load_default(size)
    else:
        made = ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", font), size)
    image = Image.new("L", (2 * size, 2 * size), paper)
    ImageDraw.Draw(image).text((size, size), str(digit), ink, font=made, anchor="mm")
    return np.array(image)
