import numpy as np
import pytest

from xpnet.gradient import check_gradients, check_layer
from xpnet.gradient.layer_contract import layer_violations
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


class BackwardInPlace(Layer):
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


class Accumulates(Relu):
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


class WrongBiasGradient(Affine):
    def backward_params(self, dout):
        self.db = 2 * dout.sum(axis=0)


class WrongPerturbed(Affine):
    def perturbed(self, name, index, h, x, y):
        return super().perturbed(name, index, 2 * h, x, y)


class TooFewRows(Affine):
    def affected_rows(self, name, x):
        return (x > 0.5).T if name == "W" else None


class Centres(Layer):
    """In training it subtracts the mean of the batch, in inference nothing."""

    rowwise = True
    training_rowwise = False

    def forward(self, x):
        return self.apply_training(x)

    def apply(self, x):
        return x + 0

    def apply_training(self, x):
        return x - x.mean(axis=0)

    def backward(self, dout):
        return dout - dout.mean(axis=0)


class OtherTraining(Centres):
    def apply_training(self, x):
        return x - x.max(axis=0)

    def forward(self, x):
        return super().apply_training(x)


class TrainsInPlace(Centres):
    def apply_training(self, x):
        x -= x.mean(axis=0)
        return x.copy()

    def forward(self, x):
        return super().apply_training(x)


class InfersInPlace(Centres):
    def apply(self, x):
        x[...] = 0
        return x.copy()


class FalselyRowwiseInTraining(Centres):
    training_rowwise = True


def affine(kind):
    rng = np.random.default_rng(2)
    return kind(rng.normal(size=(4, 4)), rng.normal(size=4))


def backward_without_params(layer):
    """A layer whose backward does not call backward_params."""
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
    "backward writes into the input of forward": BackwardInPlace(),
    "backward overwrites the gradient": WritesGradient(),
    "apply and forward give different": OtherApply(),
    "apply_training and forward give different": OtherTraining(),
    "apply_training writes into its input": TrainsInPlace(),
    "apply writes into its": InfersInPlace(),
    "training_rowwise is True, but a row alone": FalselyRowwiseInTraining(),
    "must not add to the first": Accumulates(),
    "a row alone gives another output": FalselyRowwise(),
    "backward_params and backward set different": backward_without_params(
        affine(WrongBiasGradient)
    ),
    "perturbed gives other outputs than moving one entry of W": affine(WrongPerturbed),
    "affected_rows leaves out rows that depend on W": affine(TooFewRows),
}


@pytest.mark.parametrize("violation", CASES)
def test_the_violation_is_reported(violation):
    problems = list(layer_violations(CASES[violation], [X.copy()], DOUT.copy()))
    assert any(violation in problem for problem in problems), problems


@pytest.mark.parametrize("kind", [WritesInput, AppliesInPlace, BackwardInPlace, WritesGradient])
def test_a_write_that_shows_only_in_the_first_pass_is_reported(kind):
    """A second pass may change nothing."""
    report = check_layer(kind(), X)
    assert any("writes" in problem for problem in report.problems), str(report)


@pytest.mark.parametrize("kind", [WritesInput, WritesGradient])
@pytest.mark.parametrize("place", [0, 1])
def test_a_violation_by_any_layer_of_a_network_is_reported(kind, place):
    layers = [affine(Affine), affine(Affine)]
    layers.insert(place, kind())
    report = check_gradients(
        Network(layers, SoftmaxWithLoss()), X.copy(), np.array([0, 1, 2, 3, 0])
    )
    assert any("writes" in problem for problem in report.problems), str(report)


def test_a_right_layer_has_no_violations():
    for layer in (Relu(), affine(Affine), Centres()):
        assert list(layer_violations(layer, [X.copy()], DOUT.copy())) == []


def test_a_row_that_depends_on_others_is_found_at_any_position():
    class LastRow(Layer):
        rowwise = True

        def forward(self, x):
            y = 2 * x
            y[4:] += y[:1].sum()
            return y

        def backward(self, dout):
            return 2 * dout

    problems = list(layer_violations(LastRow(), [X[:, :2].copy()], DOUT[:, :2].copy()))
    assert any("a row alone gives another output" in problem for problem in problems)


def test_outputs_that_are_python_numbers_are_compared_too():
    class Total(Layer):
        def forward(self, x):
            return float(x.sum())

        def backward(self, dout):
            return dout * np.ones_like(X)

    class OtherTotal(Total):
        def apply(self, x):
            return float(abs(x).sum())

    assert list(layer_violations(Total(), [X.copy()], 2.5)) == []
    assert list(layer_violations(OtherTotal(), [X.copy()], 2.5)) == [
        "apply and forward give different outputs"
    ]


@pytest.mark.parametrize("seed", range(5))
def test_rounding_where_a_product_cancels_is_no_violation(seed):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(40, 1))
    x = rng.normal(size=(20, 40))
    x -= (x @ W) * W.T / (W.T @ W)  # every output is 0 but for rounding
    dout = rng.normal(size=(20, 1))
    assert list(layer_violations(Affine(W, np.zeros(1)), [x], dout)) == []


def test_apply_may_round_in_another_way_than_forward():
    class Shifts(Relu):
        def apply(self, x):
            return super().apply(x + 1 - 1)

    assert list(layer_violations(Shifts(), [abs(X) * 1e-9], DOUT.copy())) == []
