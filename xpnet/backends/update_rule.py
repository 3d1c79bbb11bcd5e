"""UpdateRule: one step of an optimizer, as array code and as the body of a kernel."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from xpnet.backends.storage import Array
from xpnet.errors import ArgumentTypeError

__all__ = ["UpdateRule"]


@dataclass(frozen=True, eq=False)  # compared by identity: a backend keeps a kernel for each rule
class UpdateRule:
    """What one step of an optimizer does to a parameter and its state.

    The formula is the definition, and runs on every backend. The kernel computes the same, entry
    by entry, where a backend compiles kernels.

    Parameters
    ----------
    name : str
        An identifier; part of the kernel's name.
    formula : callable
        ``formula(xp, param, grad, *state, *scalars, *constants, *entrywise)`` gives the step, which
        is then subtracted from the parameter, and the new state: a tuple of arrays. It writes into
        none of its arguments. The names of its parameters are those given here, in this order.
        `xp` is the backend's namespace with NumPy's functions; all arrays have one shape and one
        dtype.
    state : tuple of str
        Arrays kept beside each parameter, zeros before the first step.
    scalars : tuple of str
        Numbers that may differ from step to step: the learning rate, what follows from the number
        of the step.
    constants : tuple of str
        Numbers that stay. One above 0 stays above 0 in the dtype of the step, so that an ``eps``
        that it would round to 0 still keeps off 0 / 0.
    kernel : str, optional
        The same in CUDA C++ for one entry, of type ``T``: it writes over ``param`` and the state,
        and reads ``grad`` and the numbers, all under the names given here. Without it the formula
        runs, in several launches.
    entrywise : tuple of str
        Numbers that may differ from entry to entry, such as a weight decay that leaves the biases
        out: each is a number, or an array in the shape of the parameter.
    in_place : callable, optional
        The formula with its parameters and its bits, written over `param` and the state; returns
        nothing. For a processor, which otherwise spends a third of a long formula's time on making
        arrays and copying them. It makes the arrays that it needs before it writes into any.

    Raises
    ------
    ArgumentTypeError
        The formula, or what does it in place, has other parameters.

    Examples
    --------
    >>> def formula(xp, param, grad, v, lr, momentum):
    ...     v = momentum * v + grad
    ...     return lr * v, v
    >>> rule = UpdateRule(
    ...     "momentum",
    ...     formula,
    ...     state=("v",),
    ...     constants=("momentum",),
    ...     kernel="v = momentum * v + grad; param -= lr * v",
    ... )
    >>> param, v = np.zeros(2), np.zeros(2)
    >>> for _ in range(2):
    ...     xpnet.get_backend().update(rule, param, np.ones(2), [v], {"lr": 0.1, "momentum": 0.5})
    >>> param, v
    (array([-0.25, -0.25]), array([1.5, 1.5]))
    """

    name: str
    formula: Callable[..., tuple[Array, ...]]
    state: tuple[str, ...] = ()
    scalars: tuple[str, ...] = ("lr",)
    constants: tuple[str, ...] = ()
    kernel: str | None = None
    entrywise: tuple[str, ...] = ()
    in_place: Callable[..., None] | None = None

    def __post_init__(self) -> None:
        numbers = *self.scalars, *self.constants, *self.entrywise
        expected = ["xp", "param", "grad", *self.state, *numbers]
        for what, function in (("a formula", self.formula), ("in_place", self.in_place)):
            got = expected if function is None else list(inspect.signature(function).parameters)
            if got != expected:
                raise ArgumentTypeError(
                    f"UpdateRule {self.name!r}: expected {what} ({', '.join(expected)}), got "
                    f"({', '.join(got)}); give its parameters the names of the rule, in this order"
                )
