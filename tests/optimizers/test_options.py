"""Hyperparameters: what is refused, and what counts as a number."""

import numpy as np
import pytest

from xpnet.errors import OptionError
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp

KINDS = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW]

BAD = [-0.1, float("nan"), float("inf"), "0.1", True, None, [0.1], 1j, np.ones(2)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lr", [0, *BAD])
def test_a_bad_learning_rate_is_refused(kind, lr):
    with pytest.raises(OptionError, match=r"lr: expected a number above 0"):
        kind(lr=lr)


@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam])
@pytest.mark.parametrize("eps", [0, *BAD])
def test_a_bad_eps_is_refused(kind, eps):
    with pytest.raises(OptionError, match=r"eps: expected a number above 0"):
        kind(eps=eps)


@pytest.mark.parametrize(
    ("kind", "name"), [(Momentum, "momentum"), (RMSProp, "decay"), (Adam, "beta1"), (Adam, "beta2")]
)
@pytest.mark.parametrize("value", [1, 1.5, *BAD])
def test_a_bad_decay_is_refused(kind, name, value):
    with pytest.raises(OptionError, match=f"{name}: .*from 0 to below 1"):
        kind(**{name: value})


@pytest.mark.parametrize("lr", [1, 0.5, np.float32(0.5), np.float64(0.5), np.int64(2)])
def test_numbers_of_numpy_are_numbers(lr):
    assert SGD(lr=lr).lr == lr
    assert type(SGD(lr=lr).lr) is float


DECAYING = [SGD, Momentum, Nesterov, Adam, AdamW]


@pytest.mark.parametrize("kind", DECAYING)
@pytest.mark.parametrize("value", BAD)
def test_a_bad_weight_decay_is_refused(kind, value):
    with pytest.raises(OptionError, match=r"weight_decay: expected a number from 0 on"):
        kind(weight_decay=value)


@pytest.mark.parametrize("kind", DECAYING)
@pytest.mark.parametrize("value", [1, 0, None, "no", np.True_])
def test_whether_biases_decay_is_yes_or_no(kind, value):
    with pytest.raises(OptionError, match=r"decay_biases: expected True or False, got"):
        kind(decay_biases=value)


NO_DECAY = {"weight_decay": 0.0, "decay_biases": False}
DEFAULTS = {
    SGD: {"lr": 0.01, **NO_DECAY},
    Momentum: {"lr": 0.01, "momentum": 0.9, **NO_DECAY},
    Nesterov: {"lr": 0.01, "momentum": 0.9, **NO_DECAY},
    AdaGrad: {"lr": 0.01, "eps": 1e-10},
    RMSProp: {"lr": 0.01, "decay": 0.99, "eps": 1e-8},
    Adam: {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8, **NO_DECAY},
    AdamW: {
        **{"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8},
        **{"weight_decay": 0.01, "decay_biases": False},
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_defaults_are_the_usual_ones(kind):
    made = kind()
    assert {name: getattr(made, name) for name in DEFAULTS[kind]} == DEFAULTS[kind]


@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam])
def test_the_default_eps_is_what_holds_back_a_tiny_gradient(kind):
    # the gradient is as large as eps: with the root of its own square below, half a step
    grad = DEFAULTS[kind]["eps"]
    options = {"decay": 0} if kind is RMSProp else {}
    params = {"W": np.zeros(1)}
    kind(lr=1, **options).update(params, {"W": np.full(1, grad)})
    np.testing.assert_allclose(params["W"], -0.5, rtol=1e-6)
