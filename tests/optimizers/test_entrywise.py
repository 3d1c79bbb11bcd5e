"""EntrywiseNumbers: arrays beside a buffer, made once."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.optimizers.entrywise import EntrywiseNumbers
from xpnet.parameters import Parameters

NUMBERS = {"W": {"decay": 0.5}, "b": {"decay": 0.0}}


def params_of(dtype="float64"):
    return Parameters(
        {"W": xpnet.asarray(np.ones((2, 3)), dtype), "b": xpnet.asarray(np.ones(2), dtype)}
    )


def test_each_entry_has_the_number_of_its_parameter_and_padding_has_0(backend):
    params = params_of()
    flat = EntrywiseNumbers().over(params, NUMBERS)["decay"]
    found = xpnet.to_numpy(flat)
    assert found.shape == params.flat.shape
    np.testing.assert_array_equal(xpnet.to_numpy(params.like(flat)["W"]), np.full((2, 3), 0.5))
    assert np.count_nonzero(found) == 6


@pytest.mark.parametrize(
    ("dtype", "wanted"), [("float16", "float32"), ("float32", "float32"), ("float64", "float64")]
)
def test_they_are_in_the_dtype_of_a_step(backend, dtype, wanted):
    assert EntrywiseNumbers().over(params_of(dtype), NUMBERS)["decay"].dtype == wanted


def test_they_are_made_once_for_a_buffer_and_its_numbers(backend, elsewhere):
    params, held = params_of(), EntrywiseNumbers()
    first = held.over(params, NUMBERS)
    assert held.over(params, copy.deepcopy(NUMBERS)) is first
    other = held.over(params, {**NUMBERS, "b": {"decay": 0.25}})
    assert xpnet.to_numpy(params.like(other["decay"])["b"]).tolist() == [0.25, 0.25]
    params.to(elsewhere)
    assert type(held.over(params, NUMBERS)["decay"]) is type(params.flat)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_carries_no_buffer(backend, copied):
    held = EntrywiseNumbers()
    held.over(params_of(), NUMBERS)
    assert len(pickle.dumps(copied(held))) < 200
