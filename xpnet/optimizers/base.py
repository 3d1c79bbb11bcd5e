"""Optimizer: the state of an optimizer, and how it finds the arrays to step over."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any, ClassVar

from xpnet.backends import Array, Backend, asarray, backend_of
from xpnet.checks import above_zero
from xpnet.errors import NetworkError, ShapeError
from xpnet.parameters import Parameters

__all__ = ["Optimizer"]


class Optimizer:
    """What every optimizer shares: its state, and how it finds the arrays to step over.

    A subclass names its state in `slots` and does one step in `_step`.

    Attributes
    ----------
    lr : float
        The learning rate; may be changed between steps.
    steps : int
        Updates done.
    state : dict of str to mapping
        For each slot the arrays beside the parameters, zeros at first. They follow the
        parameters: after ``net.to("cupy")`` the next update moves them.
    """

    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lr: float) -> None:
        self.lr = above_zero("lr", lr)
        self.steps = 0
        self.state: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(lr={self.lr:g})"

    def update(self, params: MutableMapping[str, Array], grads: Mapping[str, Array]) -> None:
        """One step: writes into the arrays of `params`.

        Parameters
        ----------
        params : Parameters, or mapping of str to array
        grads : mapping of str to array
            Under the same names, in the same shapes. Where both are `Parameters` of one layout,
            all parameters are one fused step; else it is a loop.

        Raises
        ------
        NetworkError
            The names differ.
        ShapeError
            A gradient is missing or has another shape, or the state belongs to parameters of
            other shapes.
        MixedBackendError
            Parameters and gradients live on two backends.
        """
        if _in_one_step(params, grads):
            flat, grad = params.flat, grads.flat  # type: ignore[attr-defined]
            backend = backend_of(flat, grad, caller=type(self).__name__, names=("params", "grads"))
            state = self._state_beside(params)
            self.steps += 1
            try:
                self._step(backend, flat, grad, [slot.flat for slot in state])
            except MemoryError:  # nothing is written, so it is no step
                self.steps -= 1
                raise
            return
        _check(params, grads, caller=type(self).__name__)
        state = self._state_beside(params)
        self.steps += 1
        for name, param in params.items():
            backend = backend_of(param)
            grad = backend.asarray(grads[name], param.dtype)
            self._step(backend, param, grad, [slot[name] for slot in state])

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define _step")

    def _state_beside(self, params: MutableMapping[str, Array]) -> list[Any]:
        """The state, made at the first step, and moved to where the parameters now are."""
        for slot in self.slots:
            if slot not in self.state:
                self.state[slot] = _zeros_like(params)
            elif not _beside(self.state[slot], params):
                self.state[slot] = self._moved(self.state[slot], params)
        return [self.state[slot] for slot in self.slots]

    def _moved(self, state: Any, params: MutableMapping[str, Array]) -> Any:
        shapes = {name: tuple(array.shape) for name, array in state.items()}
        if shapes != {name: tuple(array.shape) for name, array in params.items()}:
            raise ShapeError(
                f"{self!r}: its state belongs to parameters of shapes {shapes}: "
                "make a new optimizer for other parameters"
            )
        made = _zeros_like(params)
        for name, param in params.items():
            made[name][...] = asarray(state[name], param.dtype, backend=backend_of(param).name)
        return made


def _in_one_step(params: Any, others: Any) -> bool:
    """Whether entry i of one flat buffer belongs to entry i of the other, in one dtype."""
    return (
        isinstance(params, Parameters)
        and params.same_layout(others)
        and params.dtype == others.dtype
    )


def _check(params: Mapping[str, Array], grads: Mapping[str, Array], caller: str) -> None:
    """Same names, shapes and backend; checked before anything is written."""
    if set(params) != set(grads):
        raise NetworkError(
            f"params are {', '.join(params)}, grads {', '.join(grads)}: the names must agree"
        )
    for name, param in params.items():
        grad = grads[name]
        shape = getattr(grad, "shape", None)
        if shape is None or tuple(shape) != tuple(param.shape):
            came = f"a {type(grad).__name__}" if shape is None else tuple(shape)
            came = "missing (run backward first)" if grad is None else came
            raise ShapeError(f"{name} has shape {tuple(param.shape)}, its gradient is {came}")
        backend_of(param, grad, caller=caller, names=(f"params[{name!r}]", "its gradient"))


def _zeros_like(params: MutableMapping[str, Array]) -> Any:
    if isinstance(params, Parameters):
        return params.zeros_like()
    return {name: backend_of(param).xp.zeros_like(param) for name, param in params.items()}


def _beside(state: Any, params: MutableMapping[str, Array]) -> bool:
    """Whether a slot fits these parameters as it is: backend, dtype and layout."""
    if isinstance(params, Parameters):
        return _in_one_step(params, state) and type(state.flat) is type(params.flat)
    return not isinstance(state, Parameters) and all(
        name in state
        and type(state[name]) is type(param)
        and state[name].dtype == param.dtype
        and tuple(state[name].shape) == tuple(param.shape)
        for name, param in params.items()
    )
