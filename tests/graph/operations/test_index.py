"""An index belongs to the graph once it is used."""

from __future__ import annotations

import array
import collections

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError
from xpnet.graph import Variable
from xpnet.graph.operations.index import own_index

HOST = np.arange(12.0).reshape(3, 4)


def first_to_2(part):
    part[0] = 2


def flipped(part):
    part[0] = not part[0]


# what an index is made of, the index, and how its owner changes it
CHANGED = {
    "list": (lambda: [0, 1], lambda part: part, first_to_2),
    "array": (lambda: xpnet.asarray([0, 1]), lambda part: part, first_to_2),
    "mask": (lambda: xpnet.asarray([True, False, True]), lambda part: part, flipped),
    "list of truth values": (lambda: [True, False, True], lambda part: part, flipped),
    "list in a tuple": (lambda: [0, 1], lambda part: (part, [0, 1]), first_to_2),
    "array in a tuple": (lambda: xpnet.asarray([0, 1]), lambda part: (..., part), first_to_2),
    "list in a list": (lambda: [0, 1], lambda part: [part, [1, 1]], first_to_2),
    "array behind a new axis": (
        lambda: xpnet.asarray([0, 1]),
        lambda part: (None, part),
        first_to_2,
    ),
    "deque": (lambda: collections.deque([0, 1]), lambda part: part, first_to_2),
    "array of Python": (lambda: array.array("q", [0, 1]), lambda part: part, first_to_2),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_is_done_to_it_later_does_not_move_the_gradient(backend, name):
    make, index_of, change = CHANGED[name]
    part = make()
    x, untouched = (Variable(xpnet.asarray(HOST)) for _ in range(2))
    y, wanted = x[index_of(part)], untouched[index_of(make())]
    change(part)
    for result in (y, wanted):
        result.sum().backward()
    np.testing.assert_array_equal(xpnet.to_numpy(x.grad), xpnet.to_numpy(untouched.grad))


def test_an_array_of_one_integer_in_a_slice_is_read_when_it_is_used():
    start = np.array(1)
    x = Variable(HOST.copy())
    y = x[start : np.int64(3)].sum()
    start[...] = 0
    y.backward()
    assert x.grad[:, 0].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "index",
    [
        1,
        -1,
        np.int64(1),
        True,
        np.True_,
        None,
        ...,
        (),
        [],
        (0, np.int8(2)),
        range(2),
        [[0], [1]],
        [[]],
    ],
    ids=repr,
)
def test_it_takes_what_numpy_takes(backend, index):
    y = Variable(xpnet.asarray(HOST))[index]
    np.testing.assert_array_equal(xpnet.to_numpy(y.value), HOST[index])


@pytest.mark.parametrize("index", [1.0, np.float64(1), "a", [1.0], [slice(0, 1)]], ids=repr)
def test_what_is_no_index_is_refused(index):
    with pytest.raises(IndexError):
        Variable(HOST)[index]


def test_a_variable_is_no_index():
    x, place = Variable(HOST), Variable(np.array([0]))
    for index in (place, (0, place), Variable(0)):
        with pytest.raises(TypeError, match=r"write x\[y\.value\]"):
            x[index]


def test_an_array_of_another_backend_is_refused(backend, elsewhere):
    with pytest.raises(MixedBackendError, match="indexing: "):
        own_index((0, xpnet.asarray([0], backend=elsewhere)), xpnet.asarray(HOST))
