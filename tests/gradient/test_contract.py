import numpy as np

from xpnet.gradient.contract import differ, guarded, violations
from xpnet.layers import Affine
from xpnet.networks import TwoLayerNet


def test_differ_is_blind_to_rounding_and_to_nan_beside_nan():
    a = np.array([1.0, np.nan, 1e-30])
    assert not differ(a, a + 1e-16)
    assert differ(a, np.array([1.0, 2.0, 1e-30]))
    assert differ(a, np.array([1.0 + 1e-12, np.nan, 1e-30]))


def test_differ_allows_for_the_size_of_what_was_rounded():
    loss = np.array([1e-12])
    assert differ(loss, loss + 1e-16)
    assert not differ(loss, loss + 1e-16, size=1.0)
    assert differ(loss, loss + 1e-13, size=1.0)


def test_differ_sees_shapes_and_integers_and_nothing_in_empty_arrays():
    assert differ(np.zeros(2), np.zeros((2, 1)))
    assert differ(np.array([1, 2]), np.array([1, 3]))
    assert not differ(np.zeros((0, 3)), np.zeros((0, 3)))


def test_infinities_of_one_sign_are_the_same():
    assert not differ(np.array([np.inf, 1.0]), np.array([np.inf, 1.0]))
    assert differ(np.array([np.inf]), np.array([-np.inf]))


def test_guarded_complains_only_of_a_step_that_writes():
    def writes(a):
        a[0] = 9
        return a

    assert guarded("Relu1", lambda a: a + 1, np.zeros(2), "writes")[1] == []
    assert guarded("Relu1", writes, np.zeros(2), "writes")[1] == ["Relu1: writes"]


def test_a_well_behaved_network_has_no_complaints():
    net = TwoLayerNet(4, 3, 2, weight_init_std=1.0, seed=0, dtype="float64")
    x, t = np.random.default_rng(0).normal(size=(5, 4)), np.array([0, 1, 1, 0, 1])
    assert list(violations(net, x, t, net.gradient(x, t))) == []


def test_backward_params_that_disagrees_with_backward_is_told():
    net = TwoLayerNet(4, 3, 2, weight_init_std=1.0, seed=0, dtype="float64")

    def doubled(dout, affine=net.layers["Affine1"]):
        Affine.backward_params(affine, dout)
        affine.dW *= 2

    net.layers["Affine1"].backward = lambda dout: doubled(dout)
    x, t = np.random.default_rng(0).normal(size=(5, 4)), np.array([0, 1, 1, 0, 1])
    problems = list(violations(net, x, t, net.gradient(x, t)))
    assert problems == ["W1: backward and backward_params set different gradients"]
