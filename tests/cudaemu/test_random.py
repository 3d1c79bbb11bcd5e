"""Random numbers of the emulated cuRAND, drawn through cupy.random.RandomState."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


@pytest.mark.parametrize("draw", ["rand", "randn"])
def test_a_seed_repeats_its_numbers_and_another_does_not(cp, draw):
    def numbers(seed):
        return getattr(cp.random.RandomState(seed), draw)(1001).get()

    np.testing.assert_array_equal(numbers(1), numbers(1))
    assert (numbers(1) != numbers(2)).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_numbers_fill_their_range(cp, dtype):
    values = cp.random.RandomState(3).uniform(-1, 1, 10_000, dtype=dtype).get()
    assert -1 <= values.min() < -0.99
    assert 0.99 < values.max() <= 1
    assert abs(values.mean()) < 0.03


def test_normal_numbers_have_their_mean_and_deviation(cp):
    values = cp.random.RandomState(3).normal(2, 3, (101, 99)).get()
    assert abs(values.mean() - 2) < 0.1
    assert abs(values.std() - 3) < 0.1


@pytest.mark.parametrize("end", [7, 8])  # by a remainder, and by the lowest bits
def test_integers_take_every_value_of_their_range(cp, end):
    values = cp.random.RandomState(3).randint(0, end, 1000).get()
    assert set(values.tolist()) == set(range(end))


def test_a_permutation_holds_every_index_once(cp):
    assert sorted(cp.random.RandomState(3).permutation(50).get().tolist()) == list(range(50))
