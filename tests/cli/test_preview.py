import io

import numpy as np
import pytest

from xpnet.cli.preview import COLUMNS, preview

Image = pytest.importorskip("PIL.Image", reason="images need the extra 'images'")


def opened(*arguments):
    return Image.open(io.BytesIO(preview(*arguments)))


@pytest.mark.parametrize(("count", "size"), [(1, (136, 156)), (8, (1004, 156)), (9, (1004, 300))])
def test_pictures_stand_side_by_side_in_rows_of_eight(count, size):
    assert COLUMNS == 8
    assert opened(np.zeros((count, 28, 28), np.uint8), ["7"] * count).size == size


def test_pixels_are_shown_as_they_are_and_the_caption_below():
    pixels = np.arange(784, dtype=np.uint16).reshape(1, 28, 28).astype(np.uint8)
    page = np.asarray(opened(pixels, ["7"]))
    np.testing.assert_array_equal(page[12:124:4, 12:124:4], pixels[0])
    assert page[124:144, 12:124].min() < 128
    assert page[144:].min() == 255


def test_another_side_and_a_long_name_have_their_place():
    page = np.asarray(opened(np.zeros((1, 5, 5), np.uint8), ["a name of very many letters"]))
    assert page.shape == (156, 136)
    assert page[:, -4:].min() == 255
