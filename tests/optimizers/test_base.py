"""An optimizer of one's own is a rule, which runs fused and looped on every backend."""

import copy
import math
import pickle

import numpy as np
import pytest

import xpnet
from tests.device_counts import counted
from xpnet.errors import OptionError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, Momentum, Optimizer, UpdateRule
from xpnet.parameters import Parameters
from xpnet.training import Trainer


def lion(xp, param, grad, m, lr, beta1, rest1, beta2, rest2, decay):
    direction = xp.sign(beta1 * m + rest1 * grad)
    return lr * (direction + decay * param), beta2 * m + rest2 * grad


class Lion(Optimizer):
    """Chen et al., 2023: the sign of an average of the gradients, with decay of the weights."""

    rule = UpdateRule(
        "lion",
        lion,
        state=("m",),
        constants=("beta1", "rest1", "beta2", "rest2", "decay"),
        kernel="""
            const T c = beta1 * m + rest1 * grad;
            param -= lr * (T((c > T(0)) - (c < T(0))) + decay * param);
            m = beta2 * m + rest2 * grad;
        """,
    )

    def __init__(self, lr=1e-4, *, beta1=0.9, beta2=0.99, decay=0.0):
        super().__init__(lr)
        self.beta1, self.beta2, self.decay = beta1, beta2, decay

    def constants(self):
        rest = {"rest1": 1 - self.beta1, "rest2": 1 - self.beta2}
        return {"beta1": self.beta1, "beta2": self.beta2, **rest, "decay": self.decay}


def nesterov(xp, param, grad, v, lr, ahead, decay):
    v = decay * v + grad
    return lr * (grad + ahead * v), v


class Nesterov(Optimizer):
    """Momentum that looks ahead; how far is a number that changes from step to step."""

    rule = UpdateRule(
        "nesterov",
        nesterov,
        state=("v",),
        scalars=("lr", "ahead"),
        constants=("decay",),
        kernel="v = decay * v + grad; param -= lr * (grad + ahead * v)",
    )

    def constants(self):
        return {"decay": 0.9}

    def scalars(self, step):
        return {"lr": self.lr / math.sqrt(step), "ahead": 0.9 * (1 - 0.5**step)}


def by_hand(kind, start, grads):
    """Where a step with each gradient leads."""
    p, state = start.copy(), np.zeros_like(start)
    for step, grad in enumerate(grads, 1):
        if kind is Lion:
            p -= 0.1 * (np.sign(0.9 * state + 0.1 * grad) + 0.0 * p)
            state = 0.99 * state + 0.01 * grad
        else:
            state = 0.9 * state + grad
            p -= 0.1 / math.sqrt(step) * (grad + 0.9 * (1 - 0.5**step) * state)
    return p


OWN = [Lion, Nesterov]
START = np.linspace(-2, 3, 6)
GRADS = np.random.default_rng(0).normal(size=(4, 6))


def held(values, flat, dtype="float64"):
    array = xpnet.asarray(values, dtype)
    arrays = {"W": array[:4].reshape(2, 2).copy(), "b": array[4:].copy()}
    return Parameters(arrays) if flat else arrays


def numbers(params):
    return np.concatenate([xpnet.to_numpy(params[name]).ravel() for name in ("W", "b")])


def run(optimizer, flat, dtype="float64"):
    params = held(START, flat, dtype)
    for grad in GRADS:
        optimizer.update(params, held(grad, flat, dtype))
    return numbers(params)


@pytest.mark.parametrize("flat", [True, False], ids=["fused", "loop"])
@pytest.mark.parametrize("kind", OWN)
def test_an_optimizer_of_ones_own_steps_by_its_rule(backend, kind, flat):
    np.testing.assert_allclose(run(kind(lr=0.1), flat), by_hand(kind, START, GRADS), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("kind", OWN)
def test_an_optimizer_of_ones_own_steps_in_float32_or_more(backend, kind, dtype):
    optimizer = kind(lr=0.1)
    tolerance = {"float16": 4e-3, "float32": 1e-5}[dtype]
    expected = by_hand(kind, START, GRADS)
    np.testing.assert_allclose(run(optimizer, True, dtype), expected, tolerance, tolerance)
    assert {str(slot.dtype) for slot in optimizer.state.values()} == {"float32"}


@pytest.mark.parametrize("kind", OWN)
def test_an_optimizer_of_ones_own_is_one_launch(device_counts, kind):
    def scenario(seed):
        optimizer = kind(lr=0.1)
        params, grads = held(START, True), held(GRADS[seed % 4], True)
        optimizer.update(params, grads)  # makes the state
        return lambda: optimizer.update(params, grads)

    assert counted(device_counts, scenario)["launches"] == 1


@pytest.mark.parametrize("kind", OWN)
def test_an_optimizer_of_ones_own_trains_a_network(backend, kind):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2)).astype("float32")
    t = (x[:, 0] > x[:, 1]).astype(int)
    net = TwoLayerNet(2, 8, 2, weight_init_std="he", seed=0)
    trainer = Trainer(net, kind(lr=0.02), (x, t), batch_size=20, progress=False)
    losses = trainer.run(epochs=40).losses
    assert losses[-1] < losses[0] / 2


@pytest.mark.one_backend
@pytest.mark.parametrize("kind", [dict, Parameters])
def test_state_that_decays_comes_to_0(kind):
    params, optimizer = kind({"W": np.zeros(3, "float32")}), Momentum(momentum=0.9)
    optimizer.update(params, kind({"W": np.ones(3, "float32")}))
    for _ in range(1023):
        optimizer.update(params, kind({"W": np.zeros(3, "float32")}))
    # 0.9 ** 1023 is 1.5e-47: with nothing done, each product is rounded to what it was, 5.6e-45
    assert optimizer.state["v"]["W"].tolist() == [0, 0, 0]


@pytest.mark.one_backend
def test_a_weight_that_decays_comes_to_0():
    params, optimizer = {"W": np.array([1e-310, 1.0])}, SGD()
    for _ in range(64):
        optimizer.update(params, {"W": np.zeros(2)})
    assert params["W"].tolist() == [0, 1]


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))]
)
def test_a_copy_has_the_rule_and_state_of_its_own(copied):
    optimizer = Lion(lr=0.1)
    optimizer.update(held(START, False), held(GRADS[0], False))
    made = copied(optimizer)
    assert made.rule is optimizer.rule
    assert made.state["m"]["W"] is not optimizer.state["m"]["W"]


def test_scalars_of_a_step_to_come_can_be_asked_for():
    optimizer = Nesterov(lr=0.1)
    assert optimizer.scalars(4) == {"lr": 0.05, "ahead": 0.9 * (1 - 0.5**4)}
    assert optimizer.steps == 0


def test_a_learning_rate_alone_is_what_a_rule_reads_unless_it_says_more():
    optimizer = SGD(lr=0.25)
    assert (optimizer.scalars(7), optimizer.constants()) == ({"lr": 0.25}, {})


@pytest.mark.parametrize("rule", [None, "sgd", lion])
def test_an_optimizer_without_a_rule_is_refused(rule):
    kind = type("Ruleless", (Optimizer,), {} if rule is None else {"rule": rule})
    with pytest.raises(TypeError, match=r"^Ruleless: expected an UpdateRule as"):
        kind(lr=0.1)


def test_the_learning_rate_is_checked_for_every_optimizer():
    with pytest.raises(OptionError, match="lr: expected a number above 0, got 0"):
        Lion(lr=0)


def test_it_shows_its_learning_rate():
    assert repr(Lion(lr=0.5)) == "Lion(lr=0.5)"
