"""The state of an optimizer: arrays beside the parameters, in the dtype of a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xpnet.backends import Array, Backend, asarray, backend_of
from xpnet.errors import ShapeError
from xpnet.parameters import Parameters

__all__ = ["beside", "copied"]


def beside(state: Any, params: Mapping[str, Array], optimizer: object) -> Any:
    """Arrays of state that fit these parameters: themselves, moved, or zeros where there are none.

    Raises
    ------
    ShapeError
        It belongs to parameters of other names or shapes.
    """
    if state is None:
        return _zeros(params)
    if _fits(state, params):
        return state
    shapes = {name: tuple(array.shape) for name, array in state.items()}
    if shapes != {name: tuple(array.shape) for name, array in params.items()}:
        raise ShapeError(
            f"{optimizer!r}: its state belongs to parameters of shapes {shapes}: "
            "make a new optimizer for other parameters"
        )
    made = _zeros(params)
    for name, array in made.items():
        array[...] = asarray(state[name], array.dtype, backend=backend_of(array).name)
    return made


def copied(backend: Backend, array: Array) -> Array:
    """The same numbers in memory of their own."""
    return backend.xp.array(array, copy=True)


def _zeros(params: Mapping[str, Array]) -> Any:
    if isinstance(params, Parameters):
        return params.like(_zeros_like(params.flat))
    return {name: _zeros_like(param) for name, param in params.items()}


def _zeros_like(param: Array) -> Array:
    backend = backend_of(param)
    return backend.xp.zeros_like(param, dtype=backend.step_dtype(param))


def _fits(state: Any, params: Mapping[str, Array]) -> bool:
    """Whether arrays of state fit these parameters as they are: backend, dtype and layout."""
    if isinstance(params, Parameters):
        return params.same_layout(state) and _alike(state.flat, params.flat)
    return (
        not isinstance(state, Parameters)
        and state.keys() == params.keys()
        and all(
            _alike(state[name], param) and tuple(state[name].shape) == tuple(param.shape)
            for name, param in params.items()
        )
    )


def _alike(state: Array, param: Array) -> bool:
    """Whether an array of the state has the backend of its parameter and the dtype of its step."""
    return type(state) is type(param) and state.dtype == backend_of(param).step_dtype(param)
