from dataclasses import replace

import pytest

from xpnet.gradient.parameter_result import Entry, ParameterCheck

PASSED = ParameterCheck(
    "W1", 1e-10, 2e-10, 3e-10, 1e-10, 2e-10, 0.5, Entry((3, 1), 0.25, 0.5), (), 0, 8, True
)
KINKS = tuple(Entry((k, 7), 0.0, 0.5) for k in range(5))


def test_an_entry_prints_its_index_and_both_gradients():
    assert str(PASSED.worst) == "[3, 1] backprop 0.25, numerical 0.5"


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "pass"),
        ({"passed": False}, "FAIL"),
        ({"checked": 0, "unresolved": 8}, "not checked"),
        ({"checked": 0, "unresolved": 8, "passed": False}, "FAIL"),
        ({"checked": 0, "unchecked": 8, "passed": False}, "not checked"),
        ({"checked": 5, "unresolved": 3}, "pass"),
        ({"checked": 5, "unchecked": 3, "passed": False}, "FAIL"),
    ],
)
def test_the_verdict_depends_on_what_was_checked(changes, verdict):
    assert replace(PASSED, **changes).verdict == verdict


def test_a_parameter_without_kinks_and_hidden_entries_has_no_remarks():
    assert PASSED.remarks == []


def test_kinks_are_listed_and_long_lists_are_cut():
    assert replace(PASSED, kinks=KINKS).remarks == [
        "W1: 5 entries sit on a kink of the loss: W1[0, 7], W1[1, 7], W1[2, 7] and 2 more"
    ]
    assert replace(PASSED, kinks=KINKS[:1]).remarks == [
        "W1: 1 entry sits on a kink of the loss: W1[0, 7]"
    ]


@pytest.mark.parametrize(
    ("unchecked", "remark"),
    [(1, "1 has no derivative and was not"), (2, "2 have no derivative and were not")],
)
def test_kinks_without_a_derivative_are_counted(unchecked, remark):
    (line,) = replace(PASSED, kinks=KINKS, unchecked=unchecked).remarks
    assert line.endswith(f"; {remark} checked")


def test_entries_that_rounding_hides_are_counted():
    (line,) = replace(PASSED, checked=0, unresolved=8).remarks
    assert line.startswith("W1: no entry was checked: the largest gradient, 0.5, is too close")
    (line,) = replace(PASSED, checked=5, unresolved=3).remarks
    assert line.startswith("W1: 3 of its entries were not checked: ")


def test_the_repr_is_one_line_however_many_kinks_there_are():
    shown = repr(replace(PASSED, kinks=KINKS * 1000))
    assert shown == "ParameterCheck('W1', pass, max |diff| 2.00e-10, budget 3.00e-10)"
