import numpy as np
from contenders.chapter import ChapterNet, numerical_gradient
from problems import Problem

SMALL = Problem((784, 6, 10), 5)


def test_its_gradients_are_those_of_xpnet_and_of_its_own_loop():
    net, data = SMALL.network("float64"), SMALL.data()
    x, t = data.x[:5], data.t[:5]
    chapter = ChapterNet({name: array.copy() for name, array in net.params.items()})
    one_hot = np.eye(10)[t]
    backprop, ours = chapter.gradient(x, one_hot), net.gradient(x, t)
    for name in net.params:
        np.testing.assert_allclose(backprop[name], ours[name], rtol=1e-5, atol=1e-9)
    entries = [400 * 6 + 1, 300 * 6]
    slopes = numerical_gradient(lambda: chapter.loss(x, one_hot), chapter.params["W1"], entries)
    np.testing.assert_allclose(slopes, ours["W1"].flat[entries], rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(chapter.params["W1"], net.params["W1"])
