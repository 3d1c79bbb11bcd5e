"""Each step of `mnist_like`, on pictures whose result is known."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.datasets import load_mnist, mnist_like
from xpnet.errors import ArgumentTypeError, DataError, OptionError, ShapeError


def picture(height=40, width=40, paper=255):
    return np.full((height, width), paper, np.uint8)


def drawn(ink=0, paper=255, top=8, left=10):
    """A seven: a bar, and a line down from its end."""
    gray = picture(60, 60, paper)
    gray[top : top + 4, left : left + 20] = ink
    gray[top : top + 40, left + 16 : left + 20] = ink
    return gray


def box(made):
    """First and last row, first and last column with ink."""
    rows, columns = np.flatnonzero(made.any(axis=1)), np.flatnonzero(made.any(axis=0))
    return rows[0], rows[-1], columns[0], columns[-1]


def test_dark_on_light_and_light_on_dark_and_grey_paper_give_the_same_picture():
    expected = mnist_like(drawn())
    for ink, paper in ((255, 0), (60, 180), (180, 60), (100, 131)):
        np.testing.assert_array_equal(mnist_like(drawn(ink, paper)), expected, strict=True)


def test_where_the_digit_stands_on_the_paper_makes_no_difference():
    expected = mnist_like(drawn())
    for top, left in ((0, 0), (20, 40), (1, 35)):
        np.testing.assert_array_equal(mnist_like(drawn(top=top, left=left)), expected)


@pytest.mark.parametrize("times", [2, 5, 20])
def test_how_large_the_picture_is_makes_no_difference(times):
    large = np.kron(drawn(), np.ones((times, times), np.uint8))
    expected = mnist_like(drawn())
    difference = np.abs(mnist_like(large).astype(int) - expected)
    if 60 * times <= 140:
        assert difference.max() == 0
    assert difference.mean() < 4  # edges of strokes lie inside pixels


def test_the_box_of_the_ink_has_a_longer_side_of_20_and_keeps_its_aspect():
    first, last, left, right = box(mnist_like(drawn()))
    assert (last - first + 1, right - left + 1) == (20, 10)


def test_another_side_has_a_box_of_five_sevenths():
    made = mnist_like(drawn(), side=14)
    first, last, left, right = box(made)
    assert made.shape == (14, 14)
    assert (last - first + 1, right - left + 1) == (10, 5)


@pytest.mark.parametrize("shape", [(1, 400), (400, 1), (1, 12), (12, 1), (2, 3)])
def test_a_thin_picture_has_one_pixel_at_least_in_each_direction(shape):
    gray = picture(*shape)
    gray[-1, -1] = 0
    assert mnist_like(gray).max() == 255


def test_a_single_pixel_fills_the_box():
    gray = picture()
    gray[5, 7] = 0
    assert box(mnist_like(gray)) == (5, 24, 5, 24)  # its middle is at 9.5: 4.5 rounded up


def test_averages_count_each_pixel_by_its_area():
    gray = np.zeros((32, 32), np.uint8)
    gray[1:31, 1:31] = 240  # 30 pixels become 20: each is 1.5 wide
    gray[1:31, 2] = 120
    made = mnist_like(gray)
    line = made[14, made[14] > 0]
    # the first has 1 of 240 and 0.5 of 120, the second 0.5 of 120 and 1 of 240, times 255 / 240
    assert line.tolist() == [213, 213] + 18 * [255]  # 212.5 is rounded up


def test_the_centre_of_mass_is_at_pixel_14_up_to_half_a_pixel():
    for gray in (drawn(), drawn()[::-1], drawn().T):
        made = mnist_like(np.ascontiguousarray(gray)).astype(float)
        for axis in (0, 1):
            mass = made.sum(axis=axis)
            assert abs(mass @ np.arange(28) / mass.sum() - 14) <= 0.5


def test_mnist_has_its_centres_of_mass_there_too():
    (x, _), _ = load_mnist(normalize=False, flatten=False)
    mass = x[:5000, 0].sum(axis=1, dtype=float)
    centres = mass @ np.arange(28) / mass.sum(axis=1)
    assert abs(centres.mean() - 14) < 0.02
    assert np.mean(np.abs(centres - 14) <= 0.51) > 0.99


def test_a_box_that_is_heavy_on_one_side_stays_inside_the_square():
    gray = picture(100, 100)
    gray[20:80, 20:30] = 0
    gray[50, 20:80] = 150
    made = mnist_like(gray)
    assert box(made)[2] >= 4
    assert box(made)[3] == 27


def test_the_paper_is_the_median_of_the_border_though_the_digit_touches_it():
    tight = drawn()[8:48, 2:32]
    np.testing.assert_array_equal(mnist_like(tight), mnist_like(drawn()))


def test_of_an_even_border_the_lower_pixel_in_the_middle_is_the_paper():
    gray = np.full((4, 4), 100, np.uint8)
    gray[2:] = 118  # 6 of the 12 pixels on the border
    gray[1, 1] = 95  # 23 from the upper ones
    with pytest.raises(DataError, match="by more than 18 of 255"):
        mnist_like(gray)


def test_a_faint_shade_over_half_of_the_paper_does_not_turn_light_and_dark_round():
    gray = drawn(60, 190)
    expected = mnist_like(gray)
    gray[:, 30:][gray[:, 30:] == 190] = 220
    np.testing.assert_array_equal(mnist_like(gray), expected)


def test_ink_below_a_third_of_the_largest_is_paper():
    gray = drawn(ink=0, paper=240)
    gray[50:, :5] = 240 - 79
    np.testing.assert_array_equal(mnist_like(gray), mnist_like(drawn()))
    gray[50:, :5] = 240 - 80
    assert box(mnist_like(gray)) != box(mnist_like(drawn()))


def test_a_shade_across_the_paper_does_not_hide_a_thin_line():
    large = np.kron(drawn(60, 190), np.ones((10, 10), np.uint8)).astype(float)
    shade = np.linspace(-20, 20, 600)
    noise = np.random.default_rng(0).normal(0, 15, large.shape)
    photograph = np.clip(large + shade + noise, 0, 255).astype(np.uint8)
    difference = np.abs(mnist_like(photograph).astype(int) - mnist_like(drawn()))
    assert difference.mean() < 6


@pytest.mark.parametrize("faintest", [0, 23])
def test_a_picture_on_which_nothing_is_drawn_is_refused(faintest):
    gray = picture(paper=100)
    gray[20, 20] = 100 + faintest
    with pytest.raises(DataError, match=f"by more than {faintest} of 255; expected a digit"):
        mnist_like(gray)


def test_a_difference_of_24_is_enough():
    gray = picture(paper=100)
    gray[20, 20] = 124
    assert mnist_like(gray).max() == 255


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (5,), (5, 5, 3)])
def test_another_shape_is_refused(shape):
    with pytest.raises(ShapeError, match=r"expected \(height, width\), at least \(1, 1\)"):
        mnist_like(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("gray", [np.zeros((5, 5)), [[0, 255]], None])
def test_another_dtype_is_refused(gray):
    with pytest.raises(ArgumentTypeError, match="expected uint8, 0 for black to 255 for white"):
        mnist_like(gray)


@pytest.mark.parametrize("side", [0, 2.5, "28"])
def test_a_side_that_is_no_whole_number_is_refused(side):
    with pytest.raises(OptionError, match="side: expected a whole number"):
        mnist_like(drawn(), side=side)


def test_the_picture_given_is_not_written():
    gray = drawn()
    before = gray.copy()
    mnist_like(gray)
    np.testing.assert_array_equal(gray, before)
