import numpy as np

from xpnet.gradient.contract import checked_call, differ, violations
from xpnet.layers import Affine
from xpnet.networks import TwoLayerNet


def test_differ_ignores_rounding_and_nan_in_both():
    a = np.array([1.0, np.nan, 1e-30])
    assert not differ(a, a + 1e-16)
    assert differ(a, np.array([1.0, 2.0, 1e-30]))
    assert differ(a, np.array([1.0 + 1e-12, np.nan, 1e-30]))


def test_differ_allows_for_the_magnitude_of_the_operands():
    loss = np.array([1e-12])
    assert differ(loss, loss + 1e-16)
    assert not differ(loss, loss + 1e-16, size=1.0)
    assert differ(loss, loss + 1e-13, size=1.0)


def test_differ_compares_shapes_and_integers_and_empty_arrays_are_equal():
    assert differ(np.zeros(2), np.zeros((2, 1)))
    assert differ(np.array([1, 2]), np.array([1, 3]))
    assert not differ(np.zeros((0, 3)), np.zeros((0, 3)))


def test_infinities_of_one_sign_are_the_same():
    assert not differ(np.array([np.inf, 1.0]), np.array([np.inf, 1.0]))
    assert differ(np.array([np.inf]), np.array([-np.inf]))


def test_checked_call_reports_only_a_function_that_changes_its_argument():
    def writes(a):
        a[0] = 9
        return a

    assert checked_call("Relu1", lambda a: a + 1, np.zeros(2), "writes")[1] == []
    assert checked_call("Relu1", writes, np.zeros(2), "writes")[1] == ["Relu1: writes"]


def test_a_right_network_has_no_violations():
    net = TwoLayerNet(4, 3, 2, weight_init_std=1.0, seed=0, dtype="float64")
    x, t = np.random.default_rng(0).normal(size=(5, 4)), np.array([0, 1, 1, 0, 1])
    assert list(violations(net, x, t, net.gradient(x, t))) == []


def test_backward_params_that_disagrees_with_backward_is_a_violation():
    net = TwoLayerNet(4, 3, 2, weight_init_std=1.0, seed=0, dtype="float64")

    def doubled(dout, affine=net.layers["Affine1"]):
        Affine.backward_params(affine, dout)
        affine.dW *= 2

    net.layers["Affine1"].backward = lambda dout: doubled(dout)
    x, t = np.random.default_rng(0).normal(size=(5, 4)), np.array([0, 1, 1, 0, 1])
    problems = list(violations(net, x, t, net.gradient(x, t)))
    assert problems == ["W1: backward and backward_params set different gradients"]
