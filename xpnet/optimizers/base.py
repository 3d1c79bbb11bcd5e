"""Optimizer: the state of an optimizer, and how it finds the arrays to step over."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

from xpnet.backends import Array, Backend, UpdateRule, backend_of
from xpnet.errors import ArgumentTypeError, NetworkError
from xpnet.optimizers.entries import Entry, check_param, entries
from xpnet.optimizers.entrywise import EntrywiseNumbers
from xpnet.optimizers.owner import Owner
from xpnet.optimizers.schedule import Rate, checked_rate, rate_at, rate_text
from xpnet.optimizers.state import beside, copied
from xpnet.parameters import Parameters

__all__ = ["Optimizer"]

Step = tuple[Backend, Array, Array, list[Array], Mapping[str, Any]]
"""Of one array: where it lives, the parameter, its gradient, its state and entrywise numbers."""

NOTHING: Mapping[str, Array] = MappingProxyType({})

FLUSHED = 64
"""Each so many steps, subnormal numbers become 0.

Averages of gradients that stay away, and weights that decay, become smaller until they are such
numbers, and stay so; a processor computes with each of them a hundred times as long. At 64 steps
the passes over the arrays take about 1 % of an update's time.
"""


class Optimizer:
    """What every optimizer shares: its state, and how it finds the arrays to step over.

    A subclass sets `rule`, the step of one parameter as array code and as a kernel; everything
    else is done here. The numbers that the rule names come from `scalars`, which gives `lr`, and
    `constants` and `entrywise`, which give none: override them where the rule names others.

    The state belongs to the parameters that were stepped first, and follows them: to another
    backend or dtype, into a copy of their network. For other parameters make another optimizer; a
    copy of one, by `copy.deepcopy` or pickle, goes on with what it steps next. An optimizer
    without state steps anything.

    On a CPU, which is slow with subnormal numbers, those among parameters and state become 0 each
    64 steps.

    Parameters
    ----------
    lr : float or callable
        Learning rate: a number above 0, or a function that gives that of each step, counted from
        1, such as those of `xpnet.optimizers.schedules`. It must follow from the step alone.

    Attributes
    ----------
    rule : UpdateRule
        Of the class.
    lr : float or callable
        The learning rate; may be changed between steps.
    steps : int
        Updates done.
    state : dict of str to mapping
        For each name in ``rule.state`` the arrays beside the parameters, zeros at first. They
        follow the parameters: after ``net.to("cupy")`` the next update moves them. Of parameters
        in float16 they are float32.
    writing : bool
        Whether an update writes at this moment, or was cut off while it wrote.

    Examples
    --------
    An optimizer of your own is a rule:

    >>> from xpnet.optimizers import Optimizer, UpdateRule
    >>> def formula(xp, param, grad, lr):
    ...     return (lr * xp.sign(grad),)
    >>> class SignSGD(Optimizer):
    ...     rule = UpdateRule("sign_sgd", formula, kernel="param -= lr * ((grad > 0) - (grad < 0))")
    >>> params = {"W": np.array([1.0, 2.0])}
    >>> SignSGD(lr=0.5).update(params, {"W": np.array([10.0, -0.1])})
    >>> params["W"]
    array([0.5, 2.5])
    """

    rule: ClassVar[UpdateRule]
    writing: bool = False

    def __init__(self, lr: Rate) -> None:
        rule = getattr(type(self), "rule", None)
        if not isinstance(rule, UpdateRule):
            raise ArgumentTypeError(
                f"{type(self).__name__}: expected an UpdateRule as the class attribute rule, "
                f"got {rule!r}"
            )
        self.lr = checked_rate(lr)
        self.steps = 0
        self.state: dict[str, Any] = {}
        self._owner = Owner()
        self._entrywise = EntrywiseNumbers()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(lr={rate_text(self.lr)})"

    def __copy__(self) -> Optimizer:
        """State has one optimizer, so a copy has state of its own."""
        return copy.deepcopy(self)

    def options(self) -> dict[str, Any]:
        """What the constructor takes to make such an optimizer again: `lr`; override to add."""
        return {"lr": self.lr}

    def take_state(self, steps: int, state: Mapping[str, Parameters]) -> None:
        """Go on after so many steps, with this state beside the parameters of the next step."""
        self.steps, self.state, self._owner = steps, dict(state), Owner()

    @property
    def current_rule(self) -> UpdateRule:
        """The rule of the next step: `rule`; override for one with other numbers."""
        return self.rule

    def rate(self, step: int) -> float:
        """The learning rate of step number `step`, counted from 1.

        Raises
        ------
        OptionError
            `lr` is a function that gives no number from 0 on.
        """
        return rate_at(self.lr, step)

    def scalars(self, step: int) -> dict[str, float]:
        """The numbers of step number `step`, counted from 1, by the names in ``rule.scalars``.

        They follow from `step` and the hyperparameters alone, so that those of a step to come can
        be asked for.
        """
        return {"lr": self.rate(step)}

    def constants(self) -> dict[str, float]:
        """The numbers that stay from step to step, by the names in ``rule.constants``."""
        return {}

    def entrywise(self, dimensions: int) -> dict[str, float]:
        """The numbers of a parameter of so many dimensions, by the names in ``rule.entrywise``."""
        return {}

    def entrywise_over(self, params: Parameters) -> Mapping[str, Array]:
        """These numbers as arrays beside the flat buffer; the same arrays until they change."""
        if not self.current_rule.entrywise:
            return NOTHING
        numbers = {name: self.entrywise(len(shape)) for name, shape in params.shapes.items()}
        return self._entrywise.over(params, numbers)

    def values(self, step: int, smallest: float) -> dict[str, float]:
        """Scalars and constants of a step in a dtype with this smallest number above 0."""
        return self._with_constants(self.scalars(step), smallest)

    def _with_constants(self, scalars: Mapping[str, float], smallest: float) -> dict[str, float]:
        values = dict(scalars)
        for name, value in self.constants().items():
            values[name] = smallest if 0 < value < smallest else value
        return values

    @property
    def capturable(self) -> bool:
        """Whether its step can be captured: one by the rule, without an `update` of its own."""
        return getattr(self.update, "__func__", None) is Optimizer.update

    def is_ready(self, params: Parameters) -> bool:
        """Whether a step over these parameters as they are finds its state beside them."""
        slots = [self.state.get(name) for name in self.rule.state]
        buffers = [slot.flat for slot in slots if isinstance(slot, Parameters)]
        return not slots or self._owner.fits((params.flat, *buffers))

    def update(self, params: MutableMapping[str, Any], grads: Mapping[str, Any]) -> None:
        """One step: writes into the arrays of `params`. All is checked before anything is written.

        Parameters
        ----------
        params : Parameters, or mapping of str to array or number
            Floating arrays are written over. A number becomes a new float in the mapping.
        grads : mapping of str to array or number
            Under the same names, in the same shapes, floating. Where both are `Parameters` of one
            layout, all parameters are one fused step; else it is a loop.

        Raises
        ------
        NetworkError
            The names differ, a parameter is read-only, or the state belongs to other parameters.
        ShapeError
            A gradient is missing or has another shape, or the state belongs to parameters of
            other shapes.
        MixedBackendError
            Parameters and gradients live on two backends.
        ArgumentTypeError
            A parameter or a gradient is not floating.
        MemoryError
            Nothing is written: a next try does the same step.

        Examples
        --------
        >>> params = {"x": -7.0, "y": 2.0}
        >>> SGD(lr=0.5).update(params, {"x": -0.7, "y": 4.0})
        >>> params
        {'x': -6.65, 'y': 0.0}
        """
        if isinstance(params, Parameters) and params.same_layout(grads):
            grad: Array = grads.flat  # type: ignore[attr-defined]
            if params.flat.dtype == grad.dtype:
                self._update_at_once(params, grad)
                return
        self._update_each(params, grads)

    def _update_at_once(self, params: Parameters, grad: Array) -> None:
        """One step over the flat buffers."""
        flat, name = params.flat, type(self).__name__
        backend = backend_of(flat, grad, caller=name, names=("params", "grads"))
        check_param(backend, "params.flat", flat, name)
        if backend.overlap(flat, grad):
            grad = copied(backend, grad)
        names = self.rule.state
        state = [getattr(self.state.get(name), "flat", None) for name in names] if names else []
        entrywise = self.entrywise_over(params)
        if not names or self._owner.fits((flat, *state)):
            self._all_or_none([(backend, flat, grad, state, entrywise)])
            self.writing = False
            return
        made = self._state_of(params, params, params)
        state = [slot.flat for slot in made.values()]
        self._all_or_none([(backend, flat, grad, state, entrywise)])
        self._stepped(params, params, made, (flat, *state))

    def _update_each(self, params: MutableMapping[str, Any], grads: Mapping[str, Any]) -> None:
        """One step over each parameter."""
        found = entries(params, grads, caller=type(self).__name__)
        flat = isinstance(params, Parameters)
        values = params if flat else {entry.name: entry.value for entry in found}
        arrays = params if flat else {entry.name: entry.param for entry in found}
        state = self._state_of(params, values, arrays)
        differs = bool(self.current_rule.entrywise)
        steps: list[Step] = [
            (
                e.backend,
                e.param,
                e.grad,
                [slot[e.name] for slot in state.values()],
                self.entrywise(e.param.ndim) if differs else NOTHING,
            )
            for e in found
        ]
        numbers = [entry for entry in found if entry.number]
        self._all_or_none(sorted(steps, key=lambda step: math.prod(step[1].shape)), params, numbers)
        self._stepped(params, values, state)

    def _all_or_none(
        self, steps: list[Step], params: Any = None, numbers: Sequence[Entry] = ()
    ) -> None:
        """Do these steps and put new numbers into `params`; where one fails, take back the others.

        A step that runs out of memory has written nothing, so the last, which is the largest,
        needs no copy, unless numbers come after it.
        """
        back: list[Callable[[], None]] = []
        scalars = self.scalars(self.steps + 1)
        self.writing = True
        self.steps += 1
        try:
            for step in steps:
                backend, param, _, state, _ = step
                if numbers or step is not steps[-1]:
                    back += [
                        partial(backend.assign, x, copied(backend, x)) for x in (param, *state)
                    ]
                self._write(*step, scalars)
            for entry in numbers:
                back.append(partial(params.__setitem__, entry.name, entry.value))
                params[entry.name] = entry.result()
        except BaseException as error:
            for undo in reversed(back):
                undo()
            self.steps -= 1
            kept = numbers or step is not steps[-1]  # all that was written had a copy
            self.writing = not (kept or isinstance(error, MemoryError))
            if self.writing:
                error.args = (
                    f"{error} ({self!r} stopped within a step: parameters and state may hold a "
                    "part of it)",
                )
            raise

    def _write(
        self,
        backend: Backend,
        param: Array,
        grad: Array,
        state: list[Array],
        entrywise: Mapping[str, Any],
        scalars: Mapping[str, float],
    ) -> None:
        """One step in the dtype that is wide enough for it, by numbers that it can hold."""
        dtype, wide = backend.step_dtype(param), param
        if dtype != param.dtype:
            wide, grad = backend.asarray(param, dtype), backend.asarray(grad, dtype)
        rule, values = self.current_rule, scalars
        if rule.constants:
            values = self._with_constants(scalars, backend.smallest(wide))
        backend.update(rule, wide, grad, state, {**values, **entrywise} if entrywise else values)
        if wide is not param:
            backend.assign(param, wide)
        if self.steps % FLUSHED == 0:
            with suppress(MemoryError):  # the step is done, however slow the next ones will be
                for array in (param, *state):
                    backend.flush_subnormals(array)

    def _state_of(self, params: Any, values: Any, arrays: Any) -> dict[str, Any]:
        """The state of these parameters: new at the first step, moved to where they now are."""
        state = {slot: beside(self.state.get(slot), arrays, self) for slot in self.rule.state}
        if self.state and not self._owner.knows(params, values):
            raise NetworkError(
                f"{self!r}: its state belongs to other parameters: make a new optimizer for these, "
                "or go on with copy.deepcopy(optimizer), which takes the state along"
            )
        return state

    def _stepped(
        self, params: Any, values: Any, state: dict[str, Any], buffers: tuple[Array, ...] = ()
    ) -> None:
        """The step is done: the state is kept, and whose it is."""
        if self.rule.state:
            self.state.update(state)
            self._owner.stepped(params, values, buffers)
        self.writing = False
