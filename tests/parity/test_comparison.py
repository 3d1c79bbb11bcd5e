import numpy as np
import pytest

from xpnet.parity import Bound, compare, gamma
from xpnet.parity.comparison import compare_results

SCALE = np.array([[1.0, 100.0], [1e-3, 0.0]])
OURS = np.array([[0.5, -2.0], [1e-3, 0.0]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("entry", [(0, 0), (0, 1), (1, 0)])
def test_ten_times_the_bound_is_outside_and_less_than_the_bound_inside(dtype, entry):
    allowed = 2 * float(gamma(5, dtype))
    for factor, inside in ((10, False), (1.3, False), (0.7, True)):
        theirs = OURS.copy()
        theirs[entry] += factor * allowed * SCALE[entry]
        found = compare(OURS, theirs, Bound(SCALE, 5), dtype)
        assert (found.excess <= 1) is inside
        assert found.relative == pytest.approx(factor * allowed, rel=0.2)
        assert found.bound == pytest.approx(allowed)


def test_the_worst_entry_is_the_one_worst_for_its_own_bound():
    counts = np.array([[1000, 2], [1000, 1000]])
    theirs = OURS + SCALE * [[1e-5, 1e-6], [0, 0]]
    found = compare(OURS, theirs, Bound(SCALE, counts), "float32")
    assert found.relative == pytest.approx(1e-6)
    assert found.bound == pytest.approx(2 * float(gamma(2, "float32")))
    assert found.excess > 1


def test_equal_results_show_the_largest_bound():
    found = compare(OURS, OURS, Bound(SCALE, np.array([[1, 2], [9, 3]])), "float32")
    assert (found.relative, found.excess) == (0, 0)
    assert found.bound == pytest.approx(2 * float(gamma(9, "float32")))


def test_an_exact_operation_may_not_differ_in_one_bit():
    theirs = OURS.copy()
    theirs[0, 0] = np.nextafter(0.5, 1)
    assert compare(OURS, theirs, Bound(SCALE, 0), "float64").excess > 1


def test_an_entry_made_of_zeros_alone_must_be_zero():
    theirs = OURS.copy()
    theirs[1, 1] = 1e-30
    assert compare(OURS, theirs, Bound(SCALE, 5), "float32").excess > 1


def test_what_underflows_may_be_lost():
    tiny = float(np.finfo("float32").tiny)
    ours = np.array([tiny / 2])
    assert compare(ours, 0 * ours, Bound(ours, 1), "float32").excess <= 1
    assert compare(4000 * ours, 0 * ours, Bound(4000 * ours, 1), "float32").excess > 1


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_must_be_the_same(value):
    ours = OURS.copy()
    ours[0, 0] = value
    bound = Bound(np.abs(ours), 5)
    assert compare(ours, ours, bound, "float32").excess == 0
    for a, b in ((ours, OURS), (OURS, ours), (ours, -ours if value == value else OURS)):
        assert compare(a, b, bound, "float32").excess > 1


def test_a_wrong_shape_is_outside_every_bound():
    found = compare(OURS, OURS[0], Bound(SCALE, 5), "float32")
    assert (found.excess, found.unlike) == (np.inf, "shape (2, 2) against (2,)")
    assert compare(OURS, OURS[:0], None, "float32").excess == np.inf


def test_a_result_in_another_dtype_is_outside_every_bound():
    ours = OURS.astype("float32")
    for bound in (Bound(SCALE, 5), None):
        found = compare_results(ours, ours.astype("float64"), bound, "float32")
        assert (found.excess, found.unlike) == (np.inf, "float32 against float64")
        found = compare_results(ours, ours, bound, "float32")
        assert (found.excess, found.unlike) == (0, None)


@pytest.mark.parametrize("count", [2.0**24, np.inf, np.nan])
def test_an_infinite_bound_is_none(count):
    found = compare(OURS, OURS + 0.5, Bound(SCALE, np.array([[5, 5], [count, 5]])), "float32")
    assert (found.relative, found.bound, found.finds) == (0.25, None, None)


def test_without_a_bound_the_difference_is_relative_to_the_largest_entry():
    found = compare(OURS, OURS + 0.5, None, "float32")
    assert (found.relative, found.bound, found.excess) == (0.25, None, 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_error_of_the_size_it_finds_is_found(dtype):
    bound = Bound(SCALE, 50)
    finds = compare(OURS, OURS, bound, dtype).finds
    # whether the second was off already to the same side or to the other
    for off in (-1, 0, 1):
        right = OURS + off * 2 * float(gamma(50, dtype)) * 0.99 * SCALE * np.sign(OURS)
        assert compare(OURS, right, bound, dtype).excess <= 1
        assert compare(OURS, right * (1 + 1.1 * finds), bound, dtype).excess > 1


def test_no_entries_do_not_differ():
    empty = np.zeros((0, 3))
    assert compare(empty, empty, Bound(empty, 5), "float32").excess == 0
