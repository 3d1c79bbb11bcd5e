"""The page of the site on which one draws, and the README's moving picture of it."""

from __future__ import annotations

from pathlib import Path

import digits
import pytest

from xpnet.datasets import load_mnist

MOVING = Path(digits.__file__).with_name("playground.webp")


def test_the_network_is_the_chapters_and_knows_its_pixels():
    _, (x, t) = load_mnist(normalize=False)
    net = digits.network()
    assert net.sizes == (784, 50, 10)
    assert net.accuracy(x, t, scale=net.pixel_scale) > 0.96


@pytest.mark.parametrize(("language", "heading"), [("en", "Draw, and watch"), ("ko", "그리면서")])
def test_the_page_is_in_the_language_with_its_links(language, heading):
    text = digits.digits_page(language, [("xpnet", "../")]).decode()
    assert f'<html lang="{language}">' in text
    assert f"<title>{heading}" in text
    assert '<a href="../">xpnet</a>' in text


def test_the_moving_picture_is_small_and_moves():
    assert MOVING.stat().st_size < 300_000
    images = pytest.importorskip("PIL.Image", reason="Pillow reads the picture")
    with images.open(MOVING) as picture:
        assert picture.n_frames > 20
