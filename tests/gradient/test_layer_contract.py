import numpy as np
import pytest

from xpnet.gradient import check_gradients, check_layer
from xpnet.gradient.layer_contract import layer_misbehaviour
from xpnet.layers import Affine, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import Network

X = np.random.default_rng(0).normal(size=(5, 4))
DOUT = np.random.default_rng(1).normal(size=(5, 4))


class WritesInput(Relu):
    def forward(self, x):
        y = super().forward(x)
        x[self.mask] = 0
        return y


class AppliesInPlace(Relu):
    def apply(self, x):
        x[x < 0] = 0
        return x.copy()


class GoesBackInPlace(Layer):
    saved = ("x",)

    def forward(self, x):
        self.x = x
        return x**2

    def backward(self, dout):
        dx = 2 * self.x * dout
        self.x[...] = 0
        return dx


class WritesGradient(Relu):
    def backward(self, dout):
        dout[self.mask] = 0
        return dout


class OtherApply(Relu):
    def apply(self, x):
        return abs(x)


class AddsUp(Relu):
    total = 0

    def backward(self, dout):
        self.total = self.total + super().backward(dout)
        return self.total.copy()


class FalselyRowwise(Layer):
    rowwise = True

    def forward(self, x):
        return x - x.mean(axis=0)

    def backward(self, dout):
        return dout - dout.mean(axis=0)


class LazyParams(Affine):
    def backward_params(self, dout):
        self.db = 2 * dout.sum(axis=0)


class WrongNudge(Affine):
    def perturbed(self, name, index, h, x, y):
        return super().perturbed(name, index, 2 * h, x, y)


class ShortReach(Affine):
    def affected_rows(self, name, x):
        return (x > 0.5).T if name == "W" else None


def affine(kind):
    rng = np.random.default_rng(2)
    return kind(rng.normal(size=(4, 4)), rng.normal(size=4))


def backward_without_params(layer):
    """Whose backward does not go through backward_params."""
    whole = Affine(layer.W, layer.b)

    def backward(dout):
        whole.x = layer.x
        dx = whole.backward(dout)
        layer.dW, layer.db = whole.dW, whole.db
        return dx

    layer.backward = backward
    return layer


CASES = {
    "forward writes into its input": WritesInput(),
    "apply writes into its input": AppliesInPlace(),
    "backward writes into the input of forward": GoesBackInPlace(),
    "backward overwrites the gradient": WritesGradient(),
    "apply and forward give different": OtherApply(),
    "must not add to the first": AddsUp(),
    "a row alone gives another output": FalselyRowwise(),
    "backward_params and backward set different": backward_without_params(affine(LazyParams)),
    "perturbed moves W otherwise": affine(WrongNudge),
    "affected_rows leaves out rows that W moves": affine(ShortReach),
}


@pytest.mark.parametrize("complaint", CASES)
def test_it_is_told_that(complaint):
    problems = list(layer_misbehaviour(CASES[complaint], [X.copy()], DOUT.copy()))
    assert any(complaint in problem for problem in problems), problems


@pytest.mark.parametrize("kind", [WritesInput, AppliesInPlace, GoesBackInPlace, WritesGradient])
def test_what_is_written_a_first_time_is_told(kind):
    """A second time may change nothing."""
    report = check_layer(kind(), X)
    assert any("writes" in told for told in report.problems), str(report)


@pytest.mark.parametrize("kind", [WritesInput, WritesGradient])
@pytest.mark.parametrize("place", [0, 1])
def test_a_network_is_told_of_its_first_layer_too(kind, place):
    layers = [affine(Affine), affine(Affine)]
    layers.insert(place, kind())
    report = check_gradients(
        Network(layers, SoftmaxWithLoss()), X.copy(), np.array([0, 1, 2, 3, 0])
    )
    assert any("writes" in told for told in report.problems), str(report)


def test_a_good_layer_gets_no_complaint():
    for layer in (Relu(), affine(Affine)):
        assert list(layer_misbehaviour(layer, [X.copy()], DOUT.copy())) == []


def test_a_row_that_depends_on_others_is_found_wherever_it_is():
    class LastRow(Layer):
        rowwise = True

        def forward(self, x):
            y = 2 * x
            y[4:] += y[:1].sum()
            return y

        def backward(self, dout):
            return 2 * dout

    problems = list(layer_misbehaviour(LastRow(), [X[:, :2].copy()], DOUT[:, :2].copy()))
    assert any("a row alone gives another output" in problem for problem in problems)


def test_numbers_of_python_are_compared_too():
    class Total(Layer):
        def forward(self, x):
            return float(x.sum())

        def backward(self, dout):
            return dout * np.ones_like(X)

    class OtherTotal(Total):
        def apply(self, x):
            return float(abs(x).sum())

    assert list(layer_misbehaviour(Total(), [X.copy()], 2.5)) == []
    assert list(layer_misbehaviour(OtherTotal(), [X.copy()], 2.5)) == [
        "apply and forward give different outputs"
    ]


@pytest.mark.parametrize("seed", range(5))
def test_rounding_where_a_product_cancels_is_no_misbehaviour(seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(40, 1))
    x = rng.normal(size=(20, 40))
    x -= (x @ W) * W.T / (W.T @ W)  # every output is 0 but for rounding
    dout = rng.normal(size=(20, 1))
    assert list(layer_misbehaviour(Affine(W, np.zeros(1)), [x], dout)) == []


def test_apply_may_be_rounded_otherwise_than_forward():
    class Shifts(Relu):
        def apply(self, x):
            return super().apply(x + 1 - 1)

    assert list(layer_misbehaviour(Shifts(), [abs(X) * 1e-9], DOUT.copy())) == []
