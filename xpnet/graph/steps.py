"""The steps of both propagations, each told in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from xpnet.graph.diagram import Edge, Step
from xpnet.graph.labels import label, short_label

if TYPE_CHECKING:
    from xpnet.graph.variable import Variable

__all__ = ["told_steps"]

Tell = Callable[[str], str]

NAMES = "x", "y"
"""What formulas call the inputs of an operation."""


def told_steps(variables: Sequence[Variable], edges: Sequence[Edge], tell: Tell) -> list[Step]:
    """The steps of the forward propagation, and of the backward one if there was one.

    Parameters
    ----------
    variables : sequence of Variable
        In order; their places are the keys of the nodes.
    edges : sequence of Edge
        The last leads to the output.
    tell : callable
        Turns an English sentence into the language of the reader.
    """
    coming, going = _at_nodes(variables, edges)
    steps = _forward(variables, coming, going, tell)
    if edges[-1].grad is not None:
        steps.append(_start(variables[-1], edges[-1], tell))
        steps += _backward(variables, coming, going, tell)
    return steps


def _forward(
    variables: Sequence[Variable], coming: list[list[Edge]], going: list[list[Edge]], tell: Tell
) -> list[Step]:
    """A step for each operation, from left to right."""
    steps = []
    for key, variable in enumerate(variables):
        if variable.operation is None:
            continue
        new = [edge for edge in coming[key] if variables[edge.source].operation is None]
        told = _filled(tell(variable.operation.formula), variable)
        line = f"{tell(variable.operation.title)}: {told} = {going[key][0].value}"
        steps.append(Step("forward", key, tuple(e.key for e in new + going[key]), (line,)))
    return steps


def _start(output: Variable, last: Edge, tell: Tell) -> Step:
    """The step with which the backward propagation begins."""
    if last.grad == "1":
        start = tell("the derivative of {name} by itself is 1")
    else:
        start = tell("the derivative that comes from behind is {begun}")
    line = start.format(name=output.name or tell("the output"), begun=last.grad)
    return Step("backward", last.target, (last.key,), (line,))


def _backward(
    variables: Sequence[Variable], coming: list[list[Edge]], going: list[list[Edge]], tell: Tell
) -> list[Step]:
    """A step for each operation and each input of many uses, from right to left."""
    steps = []
    for key, variable in reversed(list(enumerate(variables))):
        lines = _of_many_uses(variable, going[key], tell) + _rules(variable, coming[key], tell)
        if lines:
            new = tuple(edge.key for edge in coming[key] if edge.grad is not None)
            steps.append(Step("backward", key, new, tuple(lines)))
    return steps


def _at_nodes(
    variables: Sequence[Variable], edges: Sequence[Edge]
) -> tuple[list[list[Edge]], list[list[Edge]]]:
    """For each variable the edges that come to its node, and those that go from it."""
    coming: list[list[Edge]] = [[] for _ in variables]
    going: list[list[Edge]] = [[] for _ in variables]
    for edge in edges[:-1]:
        coming[edge.target].append(edge)
        going[edge.source].append(edge)
    going[-1].append(edges[-1])  # to the output, which is a node without a variable
    return coming, going


def _of_many_uses(variable: Variable, uses: Sequence[Edge], tell: Tell) -> list[str]:
    grads = [edge.grad for edge in uses if edge.grad is not None]
    if len(grads) < 2:
        return []
    added = f"{' + '.join(map(_bracketed, grads))} = {label(variable.grad)}"
    sentence = tell("{name} has {uses} uses, whose derivatives are added: {added}")
    name = variable.name or tell("this value")
    return [sentence.format(name=name, uses=len(grads), added=added)]


def _rules(variable: Variable, coming: Sequence[Edge], tell: Tell) -> list[str]:
    """The local rule for each input; inputs that share a rule share a line."""
    operation = variable.operation
    if operation is None:
        return []
    told: dict[str, list[str]] = {}
    for rule, formula, edge in zip(operation.rules, operation.locals, coming, strict=True):
        if edge.grad is not None:
            filled = "" if formula == "{dout}" else f"{_filled(tell(formula), variable)} = "
            told.setdefault(rule, []).append(filled + edge.grad)
    title, joint = tell(operation.title), tell(" and ")
    return [f"{title}: {tell(rule)}: {joint.join(told[rule])}" for rule in told]


def _filled(formula: str, variable: Variable) -> str:
    """A formula with the numbers of this node."""
    if variable.operation is None:
        return formula
    values = [source.value for source in variable.inputs]
    places: dict[str, Any] = dict(zip(NAMES, values, strict=False))
    places |= variable.operation.details(variable.value, *values) | {"out": variable.value}
    if variable.grad is not None:
        places["dout"] = variable.grad
    return formula.format_map({name: _bracketed(short_label(v)) for name, v in places.items()})


def _bracketed(text: str) -> str:
    """A negative number stands in brackets behind a sign."""
    return f"({text})" if text.startswith("-") else text
