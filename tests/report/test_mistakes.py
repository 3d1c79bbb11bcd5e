import numpy as np
import pytest

import xpnet
from xpnet.report import mistakes
from xpnet.report.mistakes import confident_mistakes
from xpnet.report.predictions import Predictions


@pytest.fixture
def drawn(monkeypatch):
    """What is drawn, instead of being drawn: pixels and the values of black and white."""
    made = []
    monkeypatch.setattr(mistakes, "png_uri", lambda *arguments: made.append(arguments) or "data:")
    return made


def predictions(labels, given, probabilities):
    return Predictions(np.array(labels), np.array(given), np.array(probabilities), ("a", "b", "c"))


def test_the_most_certain_mistake_comes_first(backend, drawn):
    x = xpnet.asarray(np.arange(4 * 16, dtype="uint8").reshape(4, 16))
    found = confident_mistakes(
        predictions([0, 1, 2, 0], [0, 0, 1, 2], [1, 0.5, 0.9, 0.7]), (x, None)
    )
    assert [(one.row, one.true, one.given, one.probability) for one in found] == [
        (2, "c", "b", 0.9),
        (3, "a", "c", 0.7),
        (1, "b", "a", 0.5),
    ]
    pixels, low, high = drawn[0]
    np.testing.assert_array_equal(pixels, np.arange(32, 48).reshape(4, 4))
    assert (low, high) == (0, 255)


def test_floats_are_shown_from_the_smallest_to_the_largest(backend, drawn):
    x = xpnet.asarray(np.linspace(-1, 3, 32, dtype="float32").reshape(2, 1, 4, 4))
    confident_mistakes(predictions([0, 1], [1, 0], [1, 1]), (x, None))
    assert [limits for _, *limits in drawn] == [[-1, 3]] * 2


def test_at_most_24_are_shown(backend, drawn):
    x = xpnet.asarray(np.zeros((30, 16), "uint8"))
    found = confident_mistakes(predictions([0] * 30, [1] * 30, [1] * 30), (x, None))
    assert [one.row for one in found] == list(range(24))


def test_rows_that_are_no_pictures_are_not_shown(backend, drawn):
    x = xpnet.asarray(np.zeros((1, 5)))
    assert confident_mistakes(predictions([0], [1], [1]), (x, None)) == []


def test_without_mistakes_nothing_is_shown(backend, drawn):
    x = xpnet.asarray(np.zeros((1, 16)))
    assert confident_mistakes(predictions([0], [0], [1]), (x, None)) == []
