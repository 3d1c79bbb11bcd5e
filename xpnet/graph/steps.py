"""The steps of both propagations, each described in words and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from xpnet.graph.diagram import Edge, Step
from xpnet.graph.labels import label, short_label

if TYPE_CHECKING:
    from xpnet.graph.variable import Variable

__all__ = ["describe_steps"]

Translate = Callable[[str], str]

NAMES = "x", "y"
"""What formulas call the inputs of an operation."""


def describe_steps(
    variables: Sequence[Variable], edges: Sequence[Edge], translate: Translate
) -> list[Step]:
    """The steps of the forward propagation, and of the backward one if there was one.

    Parameters
    ----------
    variables : sequence of Variable
        In order; their places are the keys of the nodes.
    edges : sequence of Edge
        The last leads to the output.
    translate : callable
        Turns an English sentence into the language of the reader.
    """
    coming, going = _at_nodes(variables, edges)
    steps = _forward(variables, coming, going, translate)
    if edges[-1].grad is not None:
        steps.append(_start(variables[-1], edges[-1], translate))
        steps += _backward(variables, coming, going, translate)
    return steps


def _forward(
    variables: Sequence[Variable],
    coming: list[list[Edge]],
    going: list[list[Edge]],
    translate: Translate,
) -> list[Step]:
    """A step for each operation, from left to right."""
    steps = []
    for key, variable in enumerate(variables):
        if variable.operation is None:
            continue
        new = [edge for edge in coming[key] if variables[edge.source].operation is None]
        formula = _filled(translate(variable.operation.formula), variable)
        line = f"{translate(variable.operation.title)}: {formula} = {going[key][0].value}"
        steps.append(Step("forward", key, tuple(e.key for e in new + going[key]), (line,)))
    return steps


def _start(output: Variable, last: Edge, translate: Translate) -> Step:
    """The step with which the backward propagation begins."""
    if last.grad == "1":
        start = translate("the derivative of {name} by itself is 1")
    else:
        start = translate("the derivative that comes from behind is {begun}")
    line = start.format(name=output.name or translate("the output"), begun=last.grad)
    return Step("backward", last.target, (last.key,), (line,))


def _backward(
    variables: Sequence[Variable],
    coming: list[list[Edge]],
    going: list[list[Edge]],
    translate: Translate,
) -> list[Step]:
    """A step for each operation and each input of many uses, from right to left."""
    steps = []
    for key, variable in reversed(list(enumerate(variables))):
        lines = _of_many_uses(variable, going[key], translate) + _rules(
            variable, coming[key], translate
        )
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


def _of_many_uses(variable: Variable, uses: Sequence[Edge], translate: Translate) -> list[str]:
    grads = [edge.grad for edge in uses if edge.grad is not None]
    if len(grads) < 2:
        return []
    added = f"{' + '.join(map(_bracketed, grads))} = {label(variable.grad)}"
    sentence = translate("{name} has {uses} uses, whose derivatives are added: {added}")
    name = variable.name or translate("this value")
    return [sentence.format(name=name, uses=len(grads), added=added)]


def _rules(variable: Variable, coming: Sequence[Edge], translate: Translate) -> list[str]:
    """The local rule for each input; inputs that share a rule share a line."""
    operation = variable.operation
    if operation is None:
        return []
    lines: dict[str, list[str]] = {}
    for rule, formula, edge in zip(operation.rules, operation.locals, coming, strict=True):
        if edge.grad is not None:
            filled = "" if formula == "{dout}" else f"{_filled(translate(formula), variable)} = "
            lines.setdefault(rule, []).append(filled + edge.grad)
    title, joint = translate(operation.title), translate(" and ")
    return [f"{title}: {translate(rule)}: {joint.join(lines[rule])}" for rule in lines]


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
