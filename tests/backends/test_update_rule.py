"""An update rule names all that its formula takes, in one order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, UpdateRule

from .primitive_cases import OPTIMIZERS


def two_states(xp: Any, param: Any, grad: Any, m: Any, v: Any, lr: float, eps: float) -> Any:
    return lr * grad + eps, m, v


def test_a_formula_has_the_names_of_its_rule() -> None:
    rule = UpdateRule("two", two_states, state=("m", "v"), constants=("eps",))
    assert rule.scalars == ("lr",)
    assert rule.kernel is None


@pytest.mark.parametrize(
    ("state", "scalars", "constants"),
    [
        (("m",), ("lr",), ("eps",)),
        (("v", "m"), ("lr",), ("eps",)),
        (("m", "v"), ("eps",), ("lr",)),
        (("m", "v"), (), ("lr",)),
        (("m", "v"), ("lr",), ("eps", "beta")),
    ],
)
def test_a_formula_with_other_names_is_refused(
    state: tuple[str, ...], scalars: tuple[str, ...], constants: tuple[str, ...]
) -> None:
    names = ", ".join(("xp", "param", "grad", *state, *scalars, *constants))
    wanted = (
        rf"^UpdateRule 'two': expected a formula \({names}\), got \(xp, param, grad, m, v, lr, eps"
    )
    with pytest.raises(TypeError, match=wanted):
        UpdateRule("two", two_states, state=state, scalars=scalars, constants=constants)


def test_what_works_in_place_has_the_names_of_its_rule_too() -> None:
    def other(xp: Any, param: Any, grad: Any, m: Any, v: Any, eps: float, lr: float) -> None: ...

    wanted = r"^UpdateRule 'two': expected in_place \(xp, .*, lr, eps\), got \(xp, .*, eps, lr\)"
    with pytest.raises(TypeError, match=wanted):
        UpdateRule("two", two_states, state=("m", "v"), constants=("eps",), in_place=other)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)], ids=str)
def test_a_step_is_done_in_place_where_it_can_be(backend: Backend, shape: tuple[int, ...]) -> None:
    calls: list[str] = []

    def formula(xp: Any, param: Any, grad: Any, lr: float) -> Any:
        calls.append("formula")
        return (lr * grad,)

    def in_place(xp: Any, param: Any, grad: Any, lr: float) -> None:
        calls.append("in place")
        param -= lr * grad

    param, grad = (xpnet.asarray(np.ones(shape)) for _ in range(2))
    backend.update(UpdateRule("plain", formula, in_place=in_place), param, grad, [], {"lr": 0.25})
    # of 0-d arrays NumPy makes scalars, into which nothing is written; a device has kernels
    assert calls == ["in place" if backend.name == "numpy" and shape else "formula"]
    assert xpnet.to_numpy(param).ravel().tolist() == [0.75] * param.size


@pytest.mark.parametrize("given", [0, 1, 3])
def test_a_formula_that_forgets_a_state_has_written_nothing(backend: Backend, given: int) -> None:
    def forgetful(xp: Any, param: Any, grad: Any, m: Any, v: Any, lr: float) -> Any:
        return (lr * grad, *[grad] * given)

    rule = UpdateRule("forgetful", forgetful, state=("m", "v"))
    param, grad, m, v = (xpnet.asarray(np.ones(3)) for _ in range(4))
    wanted = f"^forgetful: expected 3 arrays .* step and 2 of state, got {1 + given}$"
    with pytest.raises(TypeError, match=wanted):
        backend.update(rule, param, grad, [m, v], {"lr": 1.0})
    assert {tuple(xpnet.to_numpy(x).tolist()) for x in (param, m, v)} == {(1, 1, 1)}


def test_a_rule_without_a_kernel_runs_its_formula_everywhere(backend: Backend) -> None:
    rule = UpdateRule("two", two_states, state=("m", "v"), constants=("eps",))
    param, grad, m, v = (xpnet.asarray(np.ones(3)) for _ in range(4))
    backend.update(rule, param, grad, [m, v], {"lr": 0.5, "eps": 0.25})
    assert xpnet.to_numpy(param).tolist() == [0.25] * 3


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_every_rule_of_xpnet_has_a_kernel_and_a_name_of_its_own(optimizer: Any) -> None:
    assert optimizer.current_rule.kernel
    assert [other.current_rule.name for other in OPTIMIZERS].count(optimizer.current_rule.name) == 1
    rule, numbers = optimizer.current_rule, optimizer.scalars(1) | optimizer.constants()
    assert numbers.keys() == {*rule.scalars, *rule.constants}


def test_a_rule_cannot_be_changed() -> None:
    # a backend has compiled its kernel
    with pytest.raises(AttributeError):
        OPTIMIZERS[0].rule.kernel = "param = 0"  # type: ignore[misc]
