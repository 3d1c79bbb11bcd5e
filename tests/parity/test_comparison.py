import numpy as np
import pytest

from xpnet.parity import Bound, compare, gamma
from xpnet.parity.comparison import compare_results

SCALE = np.array([[1.0, 100.0], [1e-3, 0.0]])
REFERENCE = np.array([[0.5, -2.0], [1e-3, 0.0]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("entry", [(0, 0), (0, 1), (1, 0)])
def test_ten_times_the_bound_is_outside_and_less_than_the_bound_inside(dtype, entry):
    allowed = 2 * float(gamma(5, dtype))
    for factor, inside in ((10, False), (1.3, False), (0.7, True)):
        candidate = REFERENCE.copy()
        candidate[entry] += factor * allowed * SCALE[entry]
        found = compare(REFERENCE, candidate, Bound(SCALE, 5), dtype)
        assert (found.bound_ratio <= 1) is inside
        assert found.relative == pytest.approx(factor * allowed, rel=0.2)
        assert found.bound == pytest.approx(allowed)


def test_the_worst_entry_is_the_one_largest_beside_its_own_bound():
    counts = np.array([[1000, 2], [1000, 1000]])
    candidate = REFERENCE + SCALE * [[1e-5, 1e-6], [0, 0]]
    found = compare(REFERENCE, candidate, Bound(SCALE, counts), "float32")
    assert found.relative == pytest.approx(1e-6)
    assert found.bound == pytest.approx(2 * float(gamma(2, "float32")))
    assert found.bound_ratio > 1


def test_equal_results_show_the_largest_bound():
    found = compare(REFERENCE, REFERENCE, Bound(SCALE, np.array([[1, 2], [9, 3]])), "float32")
    assert (found.relative, found.bound_ratio) == (0, 0)
    assert found.bound == pytest.approx(2 * float(gamma(9, "float32")))


def test_an_exact_operation_may_not_differ_in_one_bit():
    candidate = REFERENCE.copy()
    candidate[0, 0] = np.nextafter(0.5, 1)
    assert compare(REFERENCE, candidate, Bound(SCALE, 0), "float64").bound_ratio > 1


def test_an_entry_made_of_zeros_alone_must_be_zero():
    candidate = REFERENCE.copy()
    candidate[1, 1] = 1e-30
    assert compare(REFERENCE, candidate, Bound(SCALE, 5), "float32").bound_ratio > 1


def test_numbers_that_underflow_may_be_lost():
    tiny = float(np.finfo("float32").tiny)
    reference = np.array([tiny / 2])
    assert compare(reference, 0 * reference, Bound(reference, 1), "float32").bound_ratio <= 1
    assert (
        compare(4000 * reference, 0 * reference, Bound(4000 * reference, 1), "float32").bound_ratio
        > 1
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinities_must_agree(value):
    reference = REFERENCE.copy()
    reference[0, 0] = value
    bound = Bound(np.abs(reference), 5)
    assert compare(reference, reference, bound, "float32").bound_ratio == 0
    for a, b in (
        (reference, REFERENCE),
        (REFERENCE, reference),
        (reference, -reference if value == value else REFERENCE),
    ):
        assert compare(a, b, bound, "float32").bound_ratio > 1


def test_a_wrong_shape_is_outside_every_bound():
    found = compare(REFERENCE, REFERENCE[0], Bound(SCALE, 5), "float32")
    assert (found.bound_ratio, found.mismatch) == (np.inf, "shape (2, 2) against (2,)")
    assert compare(REFERENCE, REFERENCE[:0], None, "float32").bound_ratio == np.inf


def test_a_result_in_another_dtype_is_outside_every_bound():
    reference = REFERENCE.astype("float32")
    for bound in (Bound(SCALE, 5), None):
        found = compare_results(reference, reference.astype("float64"), bound, "float32")
        assert (found.bound_ratio, found.mismatch) == (np.inf, "float32 against float64")
        found = compare_results(reference, reference, bound, "float32")
        assert (found.bound_ratio, found.mismatch) == (0, None)


@pytest.mark.parametrize("count", [2.0**24, np.inf, np.nan])
def test_an_infinite_bound_is_none(count):
    found = compare(
        REFERENCE, REFERENCE + 0.5, Bound(SCALE, np.array([[5, 5], [count, 5]])), "float32"
    )
    assert (found.relative, found.bound, found.detectable) == (0.25, None, None)


def test_without_a_bound_the_difference_is_relative_to_the_largest_entry():
    found = compare(REFERENCE, REFERENCE + 0.5, None, "float32")
    assert (found.relative, found.bound, found.bound_ratio) == (0.25, None, 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_error_above_the_detectable_size_is_detected(dtype):
    bound = Bound(SCALE, 50)
    detectable = compare(REFERENCE, REFERENCE, bound, dtype).detectable
    # whether the second was off already to the same side or to the other
    for off in (-1, 0, 1):
        right = REFERENCE + off * 2 * float(gamma(50, dtype)) * 0.99 * SCALE * np.sign(REFERENCE)
        assert compare(REFERENCE, right, bound, dtype).bound_ratio <= 1
        assert compare(REFERENCE, right * (1 + 1.1 * detectable), bound, dtype).bound_ratio > 1


def test_no_entries_do_not_differ():
    empty = np.zeros((0, 3))
    assert compare(empty, empty, Bound(empty, 5), "float32").bound_ratio == 0
