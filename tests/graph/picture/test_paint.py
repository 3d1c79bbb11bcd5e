import io
import warnings
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings

from tests.graph.diagrams import ALL, apple, hostile, korean, tangled
from xpnet.errors import OptionError
from xpnet.graph import examples, trace
from xpnet.graph.picture import figure, fonts, paint, png, svg

matplotlib = pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")


image = pytest.importorskip("matplotlib.image")
FigureCanvasAgg = pytest.importorskip("matplotlib.backends.backend_agg").FigureCanvasAgg


class Painted:
    """Where everything is on a figure, in pixels."""

    def __init__(self, diagram):
        self.figure = figure(diagram)
        renderer = FigureCanvasAgg(self.figure).get_renderer()
        axes = self.figure.axes[0]
        with warnings.catch_warnings():  # a machine without a Korean font has boxes to measure
            warnings.filterwarnings("ignore", r"Glyph .* missing from")
            self.words = [
                (text.get_text(), text.get_window_extent(renderer)) for text in axes.texts
            ]
        lines, self.outlines = [], []
        for patch in axes.patches:
            path = patch.get_transform().transform_path(patch.get_path())
            if matplotlib.colors.same_color(patch.get_facecolor(), paint.FILL):
                self.outlines.append(path.get_extents())
            else:
                lines += path.to_polygons(closed_only=False)
        self.points = np.concatenate([_dense(line) for line in lines])


def _dense(line):
    """Points of a broken line, less than a pixel apart."""
    steps = np.abs(np.diff(line, axis=0)).max(axis=1)
    pieces = [
        np.linspace(start, end, int(step) + 2)
        for start, end, step in zip(line, line[1:], steps, strict=False)
    ]
    return np.concatenate(pieces)


def inside(box, points):
    return ((points > (box.x0, box.y0)) & (points < (box.x1, box.y1))).all(axis=1)


def inside_pill(box, points):
    """Whether points are well inside the outline in a box, whose ends are round."""
    radius = box.height / 2
    center = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    away = np.abs(points - center) - (box.width / 2 - radius, 0)
    return np.hypot(*np.maximum(away, 0).T) < 0.9 * radius


def check(diagram):
    """No text touches another, a line, or a circle but the one around it; all is on the paper."""
    painted = Painted(diagram)
    for (one, box), (other, another) in combinations(painted.words, 2):
        assert not box.overlaps(another), f"{one!r} and {other!r} overlap"
    for word, box in painted.words:
        assert not inside(box, painted.points).any(), f"a line runs through {word!r}"
        touched = [outline for outline in painted.outlines if outline.overlaps(box)]
        surrounding = [o for o in touched if o.x0 < box.x0 and box.x1 < o.x1]
        assert touched == surrounding, f"{word!r} stands on the edge of a circle"
        paper = painted.figure.bbox
        assert paper.x0 < box.x0 < box.x1 < paper.x1, f"{word!r} leaves the paper"
        assert paper.y0 < box.y0 < box.y1 < paper.y1, f"{word!r} leaves the paper"
    for one, other in combinations(painted.outlines, 2):
        assert not one.overlaps(other), "two circles overlap"
    for outline in painted.outlines:
        assert not inside_pill(outline, painted.points).any(), "a line runs through a circle"


@pytest.mark.parametrize("name", ALL)
def test_nothing_overlaps(name):
    check(ALL[name]())


@pytest.mark.parametrize("make", [examples.softmax, examples.sigmoid, examples.square])
def test_nothing_overlaps_in_the_examples(make):
    check(trace(make()))


@settings(max_examples=15)
@given(tangled())
def test_nothing_overlaps_in_any_graph(diagram):
    check(diagram)


@pytest.mark.parametrize("make", [apple, hostile, korean])
def test_text_in_an_svg_is_text(make):
    diagram = make()
    root = ElementTree.fromstring(svg(diagram))
    found = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    names = {" ".join(node.label.split()) for node in diagram.nodes}
    assert {name for name in names if len(name) <= 24} <= found
    assert {edge.value for edge in diagram.edges} <= found


def test_the_same_diagram_is_the_same_bytes_in_any_process_and_style(python):
    code = """
import hashlib, matplotlib
from tests.graph.diagrams import korean
from xpnet.graph import examples, trace
from xpnet.graph.picture import png, svg
matplotlib.rcParams.update({STYLE})
print(hashlib.sha256(svg(korean()).encode() + png(korean())).hexdigest())
"""
    own = {
        "figure.facecolor": "red",
        "text.usetex": True,
        "font.family": "serif",
        "axes.grid": True,
    }
    one = python(code.replace("STYLE", ""), PYTHONHASHSEED="1")
    other = python(code.replace("{STYLE}", repr(own)), PYTHONHASHSEED="2")
    assert one.stderr == other.stderr == ""
    assert one.stdout == other.stdout


def test_a_picture_does_not_say_when_it_was_made_or_by_which_version():
    text = svg(apple())
    assert "<dc:date>" not in text
    assert matplotlib.__version__ not in text
    assert matplotlib.__version__.encode() not in png(apple())


def test_the_style_of_the_user_is_left_as_it_was():
    before = dict(matplotlib.rcParams)
    svg(apple())
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("write", [svg, png])
def test_letters_that_no_font_has_are_no_warning(monkeypatch, write):
    monkeypatch.setattr(fonts, "ASIAN", ())
    write(korean())


def test_the_background_is_white():

    from PIL import Image

    image = Image.open(io.BytesIO(png(apple()))).convert("RGBA")
    assert image.getpixel((0, 0)) == (255, 255, 255, 255)


def test_a_png_of_too_many_pixels_is_refused_with_a_remedy(monkeypatch):
    monkeypatch.setattr(paint, "MOST_PIXELS", 1000)
    with pytest.raises(OptionError, match=r"pixels, more than 1,000; write an \.svg, or collapse"):
        png(apple())


@pytest.mark.parametrize(("colour", "least"), [("INK", 7), ("GRAD", 4.5), ("LINE", 4.5)])
def test_colours_have_enough_contrast_on_white_and_in_circles(colour, least):
    def luminance(colour):
        parts = matplotlib.colors.to_rgb(colour)
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for ground in ("white", paint.FILL):
        contrast = (luminance(ground) + 0.05) / (luminance(getattr(paint, colour)) + 0.05)
        assert contrast >= least
