"""What all operations share: what they must define, and the backend of their values."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import load_backend
from xpnet.errors import MixedBackendError
from xpnet.graph.operations.base import Operation, as_array, backend_for, is_number


class Unfinished(Operation):
    """Defines nothing."""


@pytest.mark.parametrize("name", ["forward", "backward"])
def test_an_operation_that_leaves_one_out_says_which(name):
    with pytest.raises(NotImplementedError, match=f"^Unfinished must define {name}$"):
        getattr(Unfinished(), name)(1.0, 1.0)


def test_an_operation_names_no_details_and_takes_floats_unless_it_says_so():
    assert Unfinished().details(1.0, 1.0) == {}
    assert Unfinished.keeps_integers is False


@pytest.mark.parametrize("value", [2, 0.5, True, float("nan")])
def test_numbers_of_python_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [np.float64(0.5), np.int64(2), np.ones(2), [1.0], "1", 1j, None])
def test_numbers_of_array_libraries_and_other_things_are_not(value):
    assert not is_number(value)


def test_the_backend_is_that_of_the_arrays_among_the_values(backend):
    assert backend_for(2.0, xpnet.asarray([1.0]), 3) is backend


def test_numbers_alone_are_numpys_whatever_backend_is_current(elsewhere):
    with xpnet.use_backend(elsewhere):
        assert backend_for(2.0, 3) is load_backend("numpy")


def test_arrays_of_two_backends_are_refused(elsewhere):
    other = xpnet.asarray([1.0], backend=elsewhere)
    with pytest.raises(MixedBackendError):
        backend_for(np.ones(1), other)


def test_a_number_becomes_a_floating_point_array(backend):
    array = as_array(10**30, backend)
    assert isinstance(array, backend.array_type)
    assert array.dtype.kind == "f"
    assert float(array) == pytest.approx(1e30)


def test_an_array_stays_the_same_object(backend):
    array = xpnet.asarray([1, 2])
    assert as_array(array, backend) is array
