"""Backward propagation: the chain rule, one node at a time (chapter 5.2 and 5.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from xpnet.errors import GraphError
from xpnet.graph.values import fitted, plain

__all__ = ["contributions", "gradients", "in_order"]


def in_order(
    y: Any, ends: Collection[Any] = (), is_end: Callable[[Any], bool] | None = None
) -> list[Any]:
    """All variables that lead to `y`, each behind those it is made from; `y` is the last.

    Parameters
    ----------
    y : Variable
    ends : collection of Variable
        Where to stop: these are in the list, what they are made from is not.
    is_end : callable, optional
        Whether a variable is such an end too.

    Raises
    ------
    GraphError
        A variable leads back to itself.
    """
    order: list[Any] = []
    closed = {id(end) for end in ends}
    begun: set[int] = set()
    done: set[int] = set()
    stack = [y]
    while stack:  # a stack of our own: a chain of 100,000 nodes is deeper than Python calls go
        variable = stack[-1]
        if id(variable) in done:
            stack.pop()
        elif id(variable) in begun:
            stack.pop()
            done.add(id(variable))
            order.append(variable)
        else:
            begun.add(id(variable))
            stop = id(variable) in closed or (is_end is not None and is_end(variable))
            sources = () if stop else variable.inputs
            waiting = [source for source in sources if id(source) not in done]
            if any(id(source) in begun for source in waiting):
                raise GraphError(
                    f"a cycle: {variable!r} is made from something that is made from it; leave "
                    "the inputs of a variable as they are, and make a new variable instead"
                )
            stack += reversed(waiting)
    return order


def contributions(variable: Any, dout: Any) -> tuple[Any, ...]:
    """What a node hands back to each of its inputs: its local rule (chapter 5.2.1).

    None to an input by which nobody derives, such as labels.
    """
    if variable.operation is None:
        return ()
    values = variable._used
    handed = variable.operation.backward(dout, variable.value, *values)
    return tuple(
        None if gradient is None else fitted(plain(gradient, dout, *values), value)
        for gradient, value in zip(handed, values, strict=True)
    )


def gradients(y: Any, dout: Any, ends: Collection[Any] = ()) -> list[tuple[Any, Any]]:
    """The derivative of `y` by every variable that leads to it.

    Parameters
    ----------
    y : Variable
    dout : number or array, shape of ``y.value``
        Where the propagation starts.
    ends : collection of Variable
        Where it stops.

    Returns
    -------
    list of (Variable, number or array)
        From `y` to what it was made from.
    """
    backwards = in_order(y, ends)[::-1]
    closed = {id(end) for end in ends}
    found: dict[int, Any] = {id(y): dout}
    for variable in backwards:
        if id(variable) in closed or id(variable) not in found:
            continue
        handed = contributions(variable, found[id(variable)])
        for source, gradient in zip(variable.inputs, handed, strict=True):
            key = id(source)
            if gradient is None:
                continue
            # a value that is used twice gets the sum of both
            found[key] = plain(found[key] + gradient, gradient) if key in found else gradient
    return [(variable, found[id(variable)]) for variable in backwards if id(variable) in found]
