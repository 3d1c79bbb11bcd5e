import base64
import io

import numpy as np
import pytest

from xpnet.report.pixels import png_uri, side_of


@pytest.mark.parametrize(
    ("shape", "side"),
    [
        ((5, 784), 28),
        ((0, 16), 4),
        ((5, 28, 28), 28),
        ((5, 1, 8, 8), 8),
        ((5, 8, 8, 1), 8),
        ((5, 783), None),
        ((150, 4), None),  # four features
        ((5, 1), None),
        ((5, 8, 9), None),
        ((5, 3, 8, 8), None),  # colours
        ((5, 1, 1, 1), None),
    ],
)
def test_only_squares_of_one_colour_are_pictures(shape, side):
    assert side_of(shape) == side


def test_a_pixel_has_the_gray_of_its_value():
    image = pytest.importorskip("matplotlib.image", reason="pictures need the extra 'report'")
    uri = png_uri(np.array([[0, 255], [51, 400]]), 0, 255)
    kind, _, content = uri.partition(",")
    assert kind == "data:image/png;base64"
    shown = image.imread(io.BytesIO(base64.b64decode(content)), format="png")
    assert (255 * shown[:, :, 0]).round().tolist() == [[0, 255], [51, 255]]
