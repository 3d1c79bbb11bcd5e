import random

import numpy as np
import pytest

from xpnet.backends import load_backend
from xpnet.gradient.weighted_output import WeightedOutput, is_finite, random_like, total
from xpnet.layers import AddLayer, Affine, Relu
from xpnet.layers.adapted import as_layer

NUMPY = load_backend("numpy")


def test_unchanged_entries_add_no_rounding_to_the_change():
    x, y = np.array([1e15, 0.0]), np.array([0.0, 0.0])
    output = WeightedOutput(AddLayer(), [x, y], np.array([2.0, 3.0]))
    assert output.change() == 0
    x[1] = 2.0**-70
    assert output.change() == 3 * 2.0**-70


def test_unchanged_entries_count_little_in_the_changed_magnitude():
    x = np.array([-4.0, 1.0, 2.0])
    output = WeightedOutput(Relu(), [x], np.array([1.0, -2.0, 3.0]))
    assert output.changed_magnitude() == (0 + 2 + 6) / 32
    x[1] = 5.0
    assert output.changed_magnitude() == 10 + 6 / 32


def test_the_change_of_a_layer_that_reuses_its_buffer_is_seen():
    class Reuses:
        out = np.zeros(2)

        def forward(self, x):
            np.multiply(x, 2, out=self.out)
            return self.out

    x = np.ones(2)
    output = WeightedOutput(as_layer(Reuses()), [x], np.ones(2))
    x[0] = 4.0
    assert output.change() == 6


def test_the_scale_is_the_largest_of_inputs_parameters_and_output():
    def scale(x, W, b):
        layer = Affine(np.array([[W]]), np.array([b]))
        return WeightedOutput(layer, [np.array([[x]])], np.array([[-2.0]])).scale

    assert scale(0.5, 0.5, 0.5) == 2
    assert scale(-7.0, 0.5, 0.5) == 14
    assert scale(0.5, 9.0, 0.5) == 18
    assert scale(5.0, 5.0, 5.0) == 60


def test_epsilon_is_that_of_the_output():
    assert (
        WeightedOutput(Relu(), [np.ones(2, "f4")], np.ones(2, "f4")).epsilon == np.finfo("f4").eps
    )
    assert WeightedOutput(Relu(), [np.ones(2, int)], np.ones(2)).epsilon == 0


def test_a_gradient_is_drawn_in_the_shape_and_dtype_of_the_output():
    drawn = random_like(np.ones((50, 2), "f4"), NUMPY, random.Random(0))
    assert (drawn.shape, drawn.dtype) == ((50, 2), "float32")
    assert (abs(drawn) >= 2).all()
    assert (drawn < 0).any()
    assert (drawn > 0).any()


@pytest.mark.parametrize("out", [np.float32(7), np.array(7, "f4")])
def test_the_gradient_of_a_numpy_scalar_is_one(out):
    drawn = random_like(out, NUMPY, random.Random(0))
    assert isinstance(drawn, np.float32)
    assert 2 <= drawn <= 3


def test_the_gradient_of_a_python_number_is_one():
    assert type(random_like(7.0, NUMPY, random.Random(0))) is float


def test_totals_and_finiteness_of_numbers_and_arrays():
    assert total(np.array([1.5, 2])) == 3.5
    assert total(2.5) == 2.5
    assert is_finite(2.5, NUMPY)
    assert not is_finite(float("nan"), NUMPY)
    assert not is_finite(np.array([1, np.inf]), NUMPY)
