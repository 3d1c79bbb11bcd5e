"""Right gradients at difficult points never fail, and wrong ones never pass."""

import numpy as np
import pytest

from xpnet.gradient import check_gradients, check_layer
from xpnet.layers import (
    AddLayer,
    Affine,
    BatchNorm,
    Dropout,
    LeakyRelu,
    MeanSquaredError,
    MulLayer,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from xpnet.networks import MultiLayerNet, Network
from xpnet.optimizers import Adam

DTYPES = ["float64", "float32"]
SCALES = [0.0, 1e-12, 1e-8, 1e-4, 1.0, 1.0, 30.0, 1e3]
MARGINS = [0, 1, 4, 8, 12, 16, 20, 25, 30, 34, 36, 40, 100, 700]


def numbers(rng, dtype, *shape):
    """Random numbers of one scale, some of them 0."""
    array = rng.normal(size=shape) * rng.choice(SCALES)
    return (array * (rng.random(shape) < rng.choice([0.6, 1, 1]))).astype(dtype)


def scores_and_labels(rng, dtype):
    rows, classes = rng.integers(1, 5), rng.integers(2, 6)
    x, t = rng.normal(size=(rows, classes)), rng.integers(0, classes, rows)
    x[np.arange(rows), t] += rng.choice(MARGINS, rows)
    labels = [t, np.eye(classes)[t], np.full((rows, classes), 1 / classes)][rng.integers(3)]
    return x.astype(dtype), labels if labels.ndim == 1 else labels.astype(dtype)


LAYERS = {
    "affine": lambda rng, d: (
        Affine(numbers(rng, d, 4, 3), numbers(rng, d, 3)),
        numbers(rng, d, 3, 4),
    ),
    "mul": lambda rng, d: (MulLayer(), numbers(rng, d, 3, 4), numbers(rng, d, 4)),
    "add": lambda rng, d: (AddLayer(), numbers(rng, d, 3, 4), numbers(rng, d, 3, 1)),
    "relu": lambda rng, d: (Relu(), numbers(rng, d, 3, 4)),
    "sigmoid": lambda rng, d: (Sigmoid(), numbers(rng, d, 3, 4) + rng.choice([0, -30, 30])),
    "tanh": lambda rng, d: (Tanh(), numbers(rng, d, 3, 4) + rng.choice([0, -15, 15])),
    "leaky_relu": lambda rng, d: (LeakyRelu(rng.choice([0.01, 0.5])), numbers(rng, d, 3, 4)),
    "dropout": lambda rng, d: (Dropout(0.4, int(rng.integers(99))), numbers(rng, d, 3, 4)),
    "batch norm": lambda rng, d: (BatchNorm(4, eps=1e-3, dtype=d), numbers(rng, d, 5, 4)),
    "loss": lambda rng, d: (SoftmaxWithLoss(), *scores_and_labels(rng, d)),
    "error": lambda rng, d: (MeanSquaredError(), numbers(rng, d, 3, 2), numbers(rng, d, 3, 2)),
    "numbers": lambda rng, _: (
        [MulLayer, AddLayer][rng.integers(2)](),
        *map(float, rng.choice([0, 1e-9, 2, 450, -1e5], 2)),
    ),
}


def not_failed(report):
    """Whether it passed, or says that too little could be checked."""
    text = str(report)
    return report.passed or (report.undecided and "not checked" in text and "FAIL" not in text)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", LAYERS)
def test_a_right_layer_is_never_called_wrong(kind, dtype):
    for seed in range(20):
        rng = np.random.default_rng([seed, len(kind)])
        report = check_layer(*LAYERS[kind](rng, dtype), seed=seed)
        assert not_failed(report), f"seed {seed}\n{report}"
        assert "relu" in kind or not any(check.kinks for check in report.parameters), report


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_saturated_softmax_regression_is_never_called_wrong(dtype):
    for seed, margin in enumerate(MARGINS):
        net = MultiLayerNet(3, [], 2, seed=seed, weight_init=0.01, dtype=dtype)
        net.params["b1"][...] = [margin, 0]
        x = np.random.default_rng(seed).normal(size=(2, 3))
        report = check_gradients(net, x, np.array([0, 0]))
        assert not_failed(report), f"margin {margin}\n{report}"
        assert not any(check.kinks for check in report.parameters), report


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("activation", "last_layer"),
    [
        ("relu", "softmax"),
        ("sigmoid", "softmax"),
        ("leaky_relu", "mse"),
        ("tanh", "mse"),
        ("identity", "mse"),
    ],
)
def test_a_network_of_any_weights_is_never_called_wrong(activation, last_layer, dtype):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        net = MultiLayerNet(
            4,
            [5, 3],
            3,
            activation=activation,
            last_layer=last_layer,
            weight_init=rng.choice([1e-12, 1e-6, 0.01, 2]),
            seed=0,
            dtype=dtype,
        )
        if seed % 3 == 0:
            net.params["W1"][...] = 0
        if seed % 2 == 0:
            net.params["b1"][...] = rng.normal(size=5)
        x = rng.normal(size=(3, 4)) * rng.choice([0, 1e-6, 1])
        t = rng.integers(0, 3, 3) if last_layer == "softmax" else rng.normal(size=(3, 3))
        report = check_gradients(net, x, t)
        assert not_failed(report), f"seed {seed}\n{report}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("goal", [1e-1, 1e-3, 1e-5])
def test_a_trained_network_is_never_called_wrong(goal, dtype):
    for seed in range(2):
        rng = np.random.default_rng(seed)
        net = MultiLayerNet(4, [16], 3, seed=seed, dtype=dtype)
        x, t, optimizer = rng.normal(size=(8, 4)), rng.integers(0, 3, 8), Adam(0.1)
        while float(net.loss(x, t)) > goal:
            optimizer.update(net.params, net.gradient(x, t))
        report = check_gradients(net, x[:5], t[:5])
        assert not_failed(report), f"seed {seed}\n{report}"


def with_fault(fault, gradient, rng):
    """The gradient with this fault; unchanged where the fault would not show."""
    wrong = np.array(gradient, order="C")
    if fault == "one entry off by 1e-5":
        entries = np.nonzero(abs(wrong.reshape(-1)) > 0.1 * abs(wrong).max())[0]
        wrong.reshape(-1)[rng.choice(entries)] *= 1 + 1e-5
    elif fault == "transposed":
        wrong = np.ascontiguousarray(wrong.T) if wrong.shape == wrong.T.shape else wrong
    else:
        wrong *= {"another sign": -1, "a factor of 2": 2, "a factor of 1/2": 0.5}[fault]
    return wrong


def wrong_layer(layer, fault, seed):
    """The layer with a fault in the gradient of its first input."""
    right = layer.backward

    def backward(dout=1):
        gradients = right(dout)
        first, *others = gradients if isinstance(gradients, tuple) else (gradients,)
        first = with_fault(fault, first, np.random.default_rng(seed))
        return (first, *others) if others else first

    layer.backward = backward
    return layer


FAULTS = ["another sign", "a factor of 2", "a factor of 1/2", "transposed", "one entry off by 1e-5"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "kind",
    ["affine", "mul", "add", "relu", "leaky_relu", "sigmoid", "tanh", "norm", "loss", "error"],
)
def test_a_wrong_layer_does_not_pass(kind, fault):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x, y, b = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
        layer, inputs = {
            "affine": (Affine(y, b), [x]),
            "mul": (MulLayer(), [x, y]),
            "add": (AddLayer(), [x, y]),
            "relu": (Relu(), [abs(x)]),
            "sigmoid": (Sigmoid(), [x]),
            "leaky_relu": (LeakyRelu(0.3), [x]),
            "tanh": (Tanh(), [x]),
            "norm": (BatchNorm(3, eps=0.1, dtype="float64"), [x]),
            "loss": (SoftmaxWithLoss(), [x, np.array([0, 2, 1])]),
            "error": (MeanSquaredError(), [x, y]),
        }[kind]
        report = check_layer(wrong_layer(layer, fault, seed), *inputs, seed=seed)
        assert not report.passed, f"seed {seed}\n{report}"
        assert not report.undecided


@pytest.mark.parametrize("margin", [25, 40, 100, 700])
@pytest.mark.parametrize("fault", ["another sign", "a factor of 2", "transposed"])
def test_a_wrong_loss_does_not_pass_where_it_is_saturated(fault, margin):
    x = np.random.default_rng(0).normal(size=(3, 3)) + margin * np.eye(3)
    report = check_layer(wrong_layer(SoftmaxWithLoss(), fault, 0), x, np.arange(3))
    assert not report.passed, str(report)


@pytest.mark.parametrize("margin", [25, 40, 100, 700])
def test_a_wrong_network_does_not_pass_where_it_is_saturated(margin):
    class Half(Affine):
        def backward_params(self, dout):
            super().backward_params(dout / 2)

    right = MultiLayerNet(3, [], 2, seed=0, weight_init=0.01, dtype="float64")
    affine = Half(right.params["W1"].copy(), np.array([margin, 0.0]))
    net = Network([affine], SoftmaxWithLoss())
    report = check_gradients(net, np.random.default_rng(0).normal(size=(2, 3)), np.array([0, 0]))
    assert not report.passed, str(report)


class WithoutMean(BatchNorm):
    """Its gradient takes the batch's mean for a constant."""

    def backward(self, dout):
        dx = super().backward(dout)
        return dx + self.gamma * self.inv_std * dout.mean(axis=0)


class WithoutVariance(BatchNorm):
    """Its gradient takes the batch's variance for a constant."""

    def backward(self, dout):
        dx = super().backward(dout)
        return dx + self.gamma * self.inv_std * self.x_hat * (dout * self.x_hat).mean(axis=0)


@pytest.mark.parametrize(
    ("kind", "right"), [(BatchNorm, True), (WithoutMean, False), (WithoutVariance, False)]
)
def test_mean_and_variance_of_a_batch_have_gradients_too(kind, right):
    rng = np.random.default_rng(0)
    layer = kind(3, dtype="float64")
    assert check_layer(layer, rng.normal(size=(5, 3))).passed is right
    affine = Affine(rng.normal(size=(4, 3)), np.zeros(3))
    net = Network([affine, layer, Sigmoid()], SoftmaxWithLoss())
    report = check_gradients(net, rng.normal(size=(5, 4)), np.array([0, 1, 2, 1, 0]))
    assert report.passed is right
    assert report["gamma1"].passed


class NotRescaled(Dropout):
    """Its gradient is not divided by ``1 - rate``."""

    def backward(self, dout):
        return super().backward(dout) * (1 - self.rate)


class NewMask(Dropout):
    """Its backward draws a mask of its own."""

    def backward(self, dout):
        return Dropout(self.rate, self.seed + 1).forward(dout)


@pytest.mark.parametrize(
    ("kind", "right"), [(Dropout, True), (NotRescaled, False), (NewMask, False)]
)
def test_a_gradient_goes_by_the_mask_of_its_forward(kind, right):
    rng = np.random.default_rng(0)
    layer = kind(0.5, seed=3)
    assert check_layer(layer, rng.normal(size=(5, 4))).passed is right
    affine = Affine(rng.normal(size=(4, 3)), np.zeros(3))
    net = Network([affine, layer], SoftmaxWithLoss())
    report = check_gradients(net, rng.normal(size=(5, 4)), np.array([0, 1, 2, 1, 0]))
    assert report.passed is right
