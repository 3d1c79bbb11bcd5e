"""Right updates never leave the bounds: results in float32 against float64."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from xpnet.parity import compare
from xpnet.parity.update_rules import PARAM, UPDATE_RULES

KINDS = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW]
DECAYING = [
    partial(kind, weight_decay=0.1, decay_biases=True)
    for kind in (SGD, Momentum, Nesterov, Adam, AdamW)
]
OPTIMIZERS = [*KINDS, *DECAYING]


@pytest.mark.parametrize("kind", OPTIMIZERS)
@given(
    lr=st.floats(1e-4, 10),
    size=st.integers(1, 50),
    steps=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_updates(kind, lr, size, steps, seed):
    rng = np.random.default_rng(seed)
    optimizer = kind(lr=lr)
    params = {"W": rng.normal(size=size).astype("float32")}
    for _ in range(steps):
        grad = (rng.normal(size=size) * 10.0 ** rng.integers(-6, 3, size)).astype("float32")
        before = {slot: arrays["W"].copy() for slot, arrays in optimizer.state.items()}
        before = before or {slot: np.zeros(size, "float32") for slot in optimizer.rule.state}
        param = params["W"].copy()
        optimizer.update(params, {"W": grad})

        exact = kind(lr=lr)
        exact.steps = optimizer.steps - 1
        exact.state = {slot: {"W": array.astype("float64")} for slot, array in before.items()}
        exact_params = {"W": param.astype("float64")}
        exact.update(exact_params, {"W": grad.astype("float64")})

        wide = param.astype("float64"), grad.astype("float64")
        state = {slot: array.astype("float64") for slot, array in before.items()}
        bounds = UPDATE_RULES[type(optimizer)](optimizer, *wide, state, "float32")
        assert set(bounds) == {PARAM, *optimizer.rule.state}
        # one result is off by half of what two may differ by
        for slot in optimizer.rule.state:
            ours, theirs = exact.state[slot]["W"], optimizer.state[slot]["W"]
            assert compare(ours, theirs, bounds[slot], "float32").bound_ratio <= 0.5
        found = compare(exact_params["W"], params["W"], bounds[PARAM], "float32")
        assert found.bound_ratio <= 0.5


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_step_off_by_a_thousandth_is_outside(kind, dtype):
    rng = np.random.default_rng(0)
    start, grad = rng.normal(size=(2, 100)).astype(dtype)
    start[:10] = 0  # biases start there
    right, wrong = ({"W": start.copy()} for _ in range(2))
    optimizer = kind(lr=0.1)
    optimizer.update(right, {"W": grad})
    kind(lr=0.1001).update(wrong, {"W": grad})
    state = {slot: np.zeros(100) for slot in optimizer.rule.state}
    wide = start.astype("float64"), grad.astype("float64")
    bound = UPDATE_RULES[type(optimizer)](optimizer, *wide, state, dtype)[PARAM]
    assert compare(right["W"], wrong["W"], bound, dtype).bound_ratio > 10


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("lr", [0.1, 1000.0])
def test_a_gradient_too_small_to_be_normal_may_be_taken_for_zero(kind, lr):
    tiny = np.finfo("float32").tiny
    grad, optimizer = np.array([tiny / 2, -tiny / 2], "float32"), kind(lr=lr)
    kept, lost = ({"W": np.zeros(2, "float32")} for _ in range(2))
    optimizer.update(kept, {"W": grad})
    kind(lr=lr).update(lost, {"W": 0 * grad})
    state = {slot: np.zeros(2) for slot in optimizer.rule.state}
    bound = UPDATE_RULES[type(optimizer)](
        optimizer, np.zeros(2), grad.astype("float64"), state, "float32"
    )
    assert compare(kept["W"], lost["W"], bound[PARAM], "float32").bound_ratio <= 1


@pytest.mark.parametrize("kind", DECAYING)
def test_a_weight_decay_off_by_a_hundredth_is_outside(kind):
    rng = np.random.default_rng(0)
    start, grad = rng.normal(size=(2, 100)).astype("float32")
    right, wrong = ({"W": start.copy()} for _ in range(2))
    optimizer = kind(lr=0.1)
    optimizer.update(right, {"W": grad})
    other = kind(lr=0.1, weight_decay=0.101)
    other.update(wrong, {"W": grad})
    state = {slot: np.zeros(100) for slot in optimizer.rule.state}
    wide = start.astype("float64"), grad.astype("float64")
    bounds = UPDATE_RULES[type(optimizer)](optimizer, *wide, state, "float32")
    found = {PARAM: (right["W"], wrong["W"])}
    for slot in optimizer.rule.state:  # the first step of Adam is as long whatever the gradient
        found[slot] = optimizer.state[slot]["W"], other.state[slot]["W"]
    assert any(
        compare(*pair, bounds[name], "float32").bound_ratio > 1 for name, pair in found.items()
    )
