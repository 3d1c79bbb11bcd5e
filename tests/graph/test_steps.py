"""Both propagations, told step by step."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from xpnet.graph import Variable, examples, operations, trace

from .operations.cases import PAIRS, UNARY


def lines(y, direction):
    return [step.lines for step in trace(y).steps if step.direction == direction]


def test_the_apples_forward_and_backward():
    price = examples.apple()
    assert lines(price, "forward") == [
        ("multiplication: 100 × 2 = 200",),
        ("multiplication: 200 × 1.1 = 220",),
    ]
    rule = "multiplication: the upstream value times the other input: "
    assert lines(price, "backward") == [
        ("the derivative of price by itself is 1",),
        (f"{rule}1 × 1.1 = 1.1 and 1 × 200 = 200",),
        (f"{rule}1.1 × 2 = 2.2 and 1.1 × 100 = 110",),
    ]


def test_steps_name_the_edges_whose_numbers_are_new():
    diagram = trace(examples.orange())
    forward = [edge for step in diagram.steps if step.direction == "forward" for edge in step.edges]
    backward = [e for step in diagram.steps if step.direction == "backward" for e in step.edges]
    assert sorted(forward) == sorted(backward) == list(range(len(diagram.edges)))
    for step in diagram.steps[len(diagram.steps) // 2 + 1 :]:
        assert {diagram.edges[key].target for key in step.edges} == {step.node}


def test_a_value_of_many_uses_tells_its_sum():
    x = Variable(3.0, name="x")
    y = x * x + x
    y.backward()
    assert lines(y, "backward")[-1] == ("x has 3 uses, whose derivatives are added: 3 + 3 + 1 = 7",)


def test_a_start_other_than_1_is_told():
    y = Variable(2.0) * 3
    y.backward(0.5)
    assert lines(y, "backward")[0] == ("the derivative that comes from behind is 0.5",)


def test_arrays_stand_in_formulas_with_their_shapes():
    x, w = Variable(np.ones((2, 3))), Variable(np.ones((3, 4)))
    y = (x @ w).sum()
    y.backward()
    assert lines(y, "forward")[0] == ("matrix product: (2, 3) @ (3, 4) = (2, 4) ‖8.485‖",)
    assert lines(y, "backward")[-1] == (
        "matrix product: the upstream value @ the second input transposed: "
        "(2, 4) @ (3, 4)ᵀ = (2, 3) ‖9.798‖",
        "matrix product: the first input transposed @ the upstream value: "
        "(2, 3)ᵀ @ (2, 4) = (3, 4) ‖6.928‖",
    )


def evaluated(formula):
    """A formula of numbers, computed."""
    for sign, python in {"×": "*", "−": "-", "²": "**2"}.items():
        formula = formula.replace(sign, python)
    return eval(re.sub(r"log (\S+)", r"math.log(\1)", formula), {"math": math})


def formulas_of(y):
    """Each formula with a right side, and the number there."""
    for step in trace(y).steps:
        for line in step.lines:
            for part in line.split(": ")[-1].split(" and "):
                left, equals, right = part.partition(" = ")
                if equals:
                    yield left, float(right)


@pytest.mark.parametrize(
    "case",
    [c for c in (*PAIRS, *UNARY) if c.name not in ("exp", "log", "relu", "sigmoid")],
    ids=repr,
)
def test_what_a_formula_says_is_what_was_computed(case):
    inputs = [Variable(1.5), Variable(0.75)][: 2 if case in PAIRS else 1]
    y = case.ours(*inputs)
    y.backward()
    found = list(formulas_of(y))
    assert found
    for left, right in found:
        assert evaluated(left) == pytest.approx(right, rel=1e-2), left


@pytest.mark.parametrize(
    "name", [n for n in operations.__all__ if n[0].isupper() and n != "Operation"]
)
def test_every_operation_has_a_rule_and_a_formula_for_each_input(name):
    kind = getattr(operations, name)
    assert kind.title
    assert len(kind.rules) == len(kind.locals) == ("{y}" in kind.formula) + 1
    assert "{x}" in kind.formula
