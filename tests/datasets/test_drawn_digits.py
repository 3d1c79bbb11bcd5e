"""The chapter's network reads digits that were written or printed elsewhere, by `mnist_like`."""

from __future__ import annotations

import numpy as np
import pytest

from tests.datasets.digits import SLANTS, photographed, printed, stroked
from xpnet.datasets import load_mnist, mnist_like
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

PIXEL = 1 / 255
KINDS = {
    "hair line": {"thick": 4},
    "thin": {"thick": 10},
    "usual": {"thick": 16},
    "thick": {"thick": 30},
    "light on dark": {"ink": 255, "paper": 0},
    "dark on grey paper": {"ink": 60, "paper": 170},
    "light on grey paper": {"ink": 200, "paper": 90},
    "faint pencil": {"ink": 130, "paper": 190},
    "small and off centre": {"size": 50, "thick": 5, "off": (-90, 80)},
    "in a corner": {"size": 100, "thick": 9, "off": (80, -80)},
    "large picture": {"size": 600, "thick": 40, "canvas": 900},
}
SANS = {
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSansMono.ttf",
    "cmss10.ttf",
    None,  # Pillow's own
}
SERIFED = {"DejaVuSerif.ttf", "STIXGeneral.ttf", "STIXGeneralItalic.ttf", "cmr10.ttf"}


@pytest.fixture(scope="module")
def network():
    """The network of chapter 5.7.4, trained as there."""
    train, _ = load_mnist(normalize=False)
    net = TwoLayerNet(784, 50, 10, seed=0)
    Trainer(net, SGD(lr=0.1), train, scale=PIXEL, seed=0, progress=False).run(iterations=10_000)
    return net


def share_read(net, pictures, digits):
    """The share of the pictures that the network reads."""
    inputs = np.array([mnist_like(picture).reshape(-1) for picture in pictures])
    return net.accuracy(inputs, np.array(digits), scale=PIXEL)


@pytest.mark.parametrize("kind", KINDS)
def test_written_digits_are_read(network, kind):
    pytest.importorskip("PIL", reason="digits are drawn with the extra 'images'")
    cases = [(digit, slant) for digit in range(10) for slant in SLANTS]
    pictures = [stroked(digit, slant, **KINDS[kind]) for digit, slant in cases]
    assert share_read(network, pictures, [digit for digit, _ in cases]) >= 0.9


def test_digits_in_photographs_are_read(network):
    pytest.importorskip("PIL", reason="digits are drawn with the extra 'images'")
    cases = [(digit, slant) for digit in range(10) for slant in SLANTS]
    pictures = [
        photographed(stroked(digit, slant, 300, 14, ink=60, paper=190, canvas=600))
        for digit, slant in cases
    ]
    assert share_read(network, pictures, [digit for digit, _ in cases]) >= 0.9


def share_printed(net, fonts):
    cases = [(digit, font, size) for digit in range(10) for font in fonts for size in (30, 90, 300)]
    return share_read(net, [printed(*case) for case in cases], [digit for digit, *_ in cases])


def test_printed_digits_without_serifs_are_read(network):
    pytest.importorskip("PIL", reason="digits are drawn with the extra 'images'")
    pytest.importorskip("matplotlib", reason="it carries the fonts")
    assert share_printed(network, SANS) >= 0.9


def test_most_printed_digits_with_serifs_are_read(network):
    # people write no serifs: MNIST has none, and what a network makes of them is its own affair
    pytest.importorskip("PIL", reason="digits are drawn with the extra 'images'")
    pytest.importorskip("matplotlib", reason="it carries the fonts")
    assert share_printed(network, SERIFED) >= 0.75


def test_digits_of_mnist_are_read_as_they_are_without_it(network):
    _, (x, t) = load_mnist(normalize=False)
    x, t = x[:1000], t[:1000]
    made = np.array([mnist_like(row.reshape(28, 28)).reshape(-1) for row in x])
    before, after = (network.predict(rows, scale=PIXEL).argmax(axis=1) for rows in (x, made))
    assert (before == after).mean() >= 0.97
    assert network.accuracy(made, t, scale=PIXEL) >= network.accuracy(x, t, scale=PIXEL) - 0.02
