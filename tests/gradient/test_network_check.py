import numpy as np
import pytest

import xpnet
from xpnet.backends import backend_of
from xpnet.gradient import check_gradients
from xpnet.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet

SIZE = 6
ROWS = 7


class WrongTranspose(Affine):
    def backward(self, dout):
        self.backward_params(dout)
        return dout @ self.W


class BiasNotSummed(Affine):
    def backward_params(self, dout):
        super().backward_params(dout)
        self.db = dout[0]


class OneEntryOff(Affine):
    def backward_params(self, dout):
        super().backward_params(dout)
        place = np.unravel_index(int(abs(self.dW).argmax()), self.dW.shape)
        self.dW[place] *= 1 + 1e-5


class AffineIgnoresDout(Affine):
    def backward(self, dout):
        return super().backward(backend_of(dout).xp.ones_like(dout))


class MaskInverted(Relu):
    def backward(self, dout):
        return backend_of(dout).relu_grad(dout, ~self.mask)


class GradientOverwritten(Relu):
    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class InputOverwritten(Relu):
    def forward(self, x):
        y = super().forward(x)
        x[self.mask] = 0
        return y


class NotDividedByBatch(SoftmaxWithLoss):
    def backward(self, dout=1):
        return super().backward(dout) * len(self.t)


class LossIgnoresDout(SoftmaxWithLoss):
    def backward(self, dout=1):
        return super().backward(1)


class SoftmaxOverTheBatch:
    """A common mistake: ``np.max(a)`` and ``np.sum(exp_a)`` run over all rows at once."""

    def forward(self, x, t):
        xp = backend_of(x).xp
        exp = xp.exp(x - x.max())
        self.y, self.t = exp / exp.sum(), t
        return -xp.log(self.y[xp.arange(len(t)), t] + 1e-7).sum() / len(t)

    def backward(self, dout=1):
        dx = self.y.copy()
        dx[backend_of(dx).xp.arange(len(self.t)), self.t] -= 1
        return dout * dx / len(self.t)


def network(affine=Affine, relu=Relu, last_layer=SoftmaxWithLoss, seed=0):
    rng = np.random.default_rng(seed)

    def fill(*shape):
        return xpnet.asarray(rng.normal(size=shape))

    layers = [Affine(fill(SIZE, SIZE), fill(SIZE)), relu(), affine(fill(SIZE, SIZE), fill(SIZE))]
    return Network([*layers, Sigmoid(), Affine(fill(SIZE, SIZE), fill(SIZE))], last_layer())


def batch(seed=0):
    rng = np.random.default_rng(seed)
    return xpnet.asarray(rng.normal(size=(ROWS, SIZE))), xpnet.asarray(rng.integers(0, SIZE, ROWS))


FAULTS = {
    "wrong transpose": {"affine": WrongTranspose},
    "bias gradient not summed": {"affine": BiasNotSummed},
    "one entry of dW off by 1e-5": {"affine": OneEntryOff},
    "dout ignored by affine": {"affine": AffineIgnoresDout},
    "mask inverted": {"relu": MaskInverted},
    "gradient overwritten": {"relu": GradientOverwritten},
    "input overwritten": {"relu": InputOverwritten},
    "no division by the batch size": {"last_layer": NotDividedByBatch},
    "dout ignored by the loss": {"last_layer": LossIgnoresDout},
    "softmax over the whole batch": {"last_layer": SoftmaxOverTheBatch},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_catches(backend, fault):
    report = check_gradients(network(**FAULTS[fault]), *batch())
    assert not report.passed, str(report)


@pytest.mark.parametrize("seed", range(3))
def test_check_passes_without_a_fault(backend, seed):
    report = check_gradients(network(seed=seed), *batch(seed))
    assert report.passed, str(report)


def test_the_wrong_entry_is_named():
    net = network(affine=OneEntryOff)
    x, t = batch()
    largest = np.unravel_index(int(abs(net.gradient(x, t)["W2"]).argmax()), (SIZE, SIZE))
    report = check_gradients(net, x, t)
    assert [check.name for check in report if not check.passed] == ["W2"]
    assert report["W2"].worst.index == tuple(map(int, largest))


def test_entries_on_a_kink_are_named_and_the_others_checked(backend):
    net = network()
    x, t = batch()
    net.params["W1"][:, 2] = 0
    net.params["b1"][2] = 0  # the input of ReLU 2 is 0
    report = check_gradients(net, x, t)
    assert report.passed, str(report)
    assert [kink.index for kink in report["b1"].kinks] == [(2,)]
    assert {kink.index[1] for kink in report["W1"].kinks} == {2}
    assert report["W1"].unchecked == SIZE
    assert not report["b3"].kinks


def test_a_parameter_of_which_nothing_can_be_checked_does_not_pass():
    net = network()
    net.params["W1"][...] = 0
    net.params["b1"][...] = 0
    report = check_gradients(net, *batch())
    assert not report["b1"].passed
    assert "6 have no derivative and were not checked" in str(report)


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
@pytest.mark.parametrize("hidden", [[], [5], [6, 5, 4]])
def test_networks_of_any_depth_pass(backend, activation, hidden):
    net = MultiLayerNet(SIZE, hidden, SIZE, activation=activation, seed=1, dtype="float64")
    report = check_gradients(net, *batch())
    assert report.passed, str(report)


def test_one_hot_labels_pass():
    x, t = batch()
    assert check_gradients(network(), x, np.eye(SIZE)[t])


def test_float32_passes_with_a_wide_budget_and_says_so():
    net = TwoLayerNet(SIZE, 5, SIZE, weight_init_std="he", seed=0)
    report = check_gradients(net, *batch())
    assert report.passed, str(report)
    assert report.dtype == "float32"
    assert report["W1"].budget > 1e-5


def test_float32_catches_a_large_fault():
    net = network(last_layer=NotDividedByBatch).astype("float32")
    assert not check_gradients(net, *batch()).passed


def test_a_wrong_perturbed_is_found_by_the_plain_loop():
    class WrongStep(Affine):
        def perturbed(self, name, index, h, x, y):
            return super().perturbed(name, index, 1.001 * h, x, y)

    report = check_gradients(network(affine=WrongStep), *batch())
    assert any("plain loop" in problem and "perturbed" in problem for problem in report.problems)


def test_parameters_and_network_are_left_as_they_were(backend):
    net = network()
    before = xpnet.to_numpy(net.params.flat).copy()
    check_gradients(net, *batch())
    np.testing.assert_array_equal(xpnet.to_numpy(net.params.flat), before)
    assert net.layers["Relu1"].mask is None


@pytest.mark.parametrize("h", [1e-14, 1e-200])
def test_a_step_so_small_that_any_gradient_would_pass_does_not_pass(h):
    report = check_gradients(network(), *batch(), h=h)
    assert not report.passed
    assert any("nothing was checked; use another h" in problem for problem in report.problems)


def test_a_loss_that_is_nan_is_one_problem():
    x, t = batch()
    report = check_gradients(network(), x * np.nan, t)
    assert report.problems == ("the loss is nan: there is no gradient to check",)
    assert not report.passed


def test_a_network_without_parameters_does_not_pass():
    report = check_gradients(Network([Relu()], SoftmaxWithLoss()), *batch())
    assert report.problems == ("the network has no parameters: there is no gradient to check",)
    assert not report.passed
