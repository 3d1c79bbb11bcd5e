"""Comparisons and conversions of variables raise errors; identity tells variables apart."""

from __future__ import annotations

import array
import collections
import math
import operator

import numpy as np
import pytest

import xpnet
from xpnet.graph import Variable

COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda compare: compare.__name__)
def test_a_comparison_says_how_to_compare(backend, compare):
    x, row = Variable(xpnet.asarray([1.0, 2.0])), xpnet.asarray([1.0, 2.0])
    pairs = [(x, x), (x, Variable(row)), (x, row), (row, x), (x, 1.0), (1, x), (x, [1, 2])]
    for one, other in [*pairs, (Variable(2.0), Variable(2.0)), (np.float64(2), Variable(2.0))]:
        with pytest.raises(TypeError, match=r"write x\.value .+ y\.value to compare"):
            compare(one, other)


@pytest.mark.parametrize(
    "row", [(1, 2), range(1, 3), collections.deque([1, 2]), array.array("d", [1, 2])], ids=repr
)
def test_a_comparison_with_a_sequence_of_numbers_is_refused(row):
    x = Variable(np.array([1.0, 2.0]))
    for compare in (operator.eq, operator.ne):
        with pytest.raises(TypeError, match=r"write x\.value"):
            compare(x, row)
        with pytest.raises(TypeError, match=r"write x\.value"):
            compare(row, x)


def test_a_variable_is_not_equal_to_objects_that_are_no_numbers():
    x = Variable(1.0)
    assert [x == other for other in (None, "x", b"x", object())] == [False] * 4
    assert x != None  # noqa: E711 - what people write
    assert x not in (None, "x")


def test_a_variable_is_found_by_identity(backend):
    x, y = Variable(xpnet.asarray([1.0, 2.0])), Variable(xpnet.asarray([1.0, 2.0]))
    assert {x: "x", y: "y"}[y] == "y"
    assert len({x, y, x}) == 2
    assert x in [x, y]
    assert (x, y) == (x, y)
    with pytest.raises(TypeError, match="x is y"):
        [x].index(y)


@pytest.mark.parametrize("value", [0.0, 1.0, np.zeros(2), np.ones(())])
def test_a_variable_is_neither_true_nor_false(value):
    for ask in (bool, operator.not_, lambda x: x and x, lambda x: 1 if x else 2):
        with pytest.raises(TypeError, match=r"neither true nor false.*x\.value"):
            ask(Variable(value))


@pytest.mark.parametrize("convert", [float, int, complex, math.exp, math.floor])
def test_conversion_to_a_number_is_refused(convert):
    for value in (2.0, np.array(2.0)):
        with pytest.raises(TypeError):
            convert(Variable(value))
    if convert is not math.floor:
        with pytest.raises(TypeError, match=r"no operation of a Variable.*x\.value"):
            convert(Variable(2.0))


def test_a_missing_attribute_of_arrays_is_named():
    x = Variable(np.ones(2))
    with pytest.raises(AttributeError, match=r"no argmax, but .*x\.value\.argmax"):
        x.argmax()
    with pytest.raises(TypeError, match=r"x\.value\.dtype"):
        _ = x.dtype
    assert not hasattr(x, "dtype")
    assert not hasattr(x, "_repr_html_")
    with pytest.raises(AttributeError, match="object has no attribute '_private'"):
        _ = x._private


@pytest.mark.parametrize(
    "call", [lambda x: x // 2, lambda x: x % 2, abs, round, lambda x: +x, lambda x: ~x]
)
def test_operators_that_graphs_lack_are_a_type_error(call):
    with pytest.raises(TypeError):
        call(Variable(np.ones(2)))


def test_entries_cannot_be_set():
    with pytest.raises(TypeError, match="item assignment"):
        Variable(np.ones(2))[0] = 1.0
