"""The arguments of an update: parameters and gradients, all checked before one is written."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from xpnet.backends import Array, Backend, asarray, backend_of, load_backend
from xpnet.checks import is_number
from xpnet.errors import ArgumentTypeError, NetworkError, ShapeError

__all__ = ["Entry", "check_param", "entries"]

FLOATING = "write xpnet.asarray(x, 'float32')"


class Entry(NamedTuple):
    """A parameter and its gradient.

    Attributes
    ----------
    name : str
    value : array or number
        The parameter as its mapping holds it.
    backend : Backend
    param : array
        What a step writes into: `value` itself, or an array of no axes for a number.
    grad : array
        In the shape of `param` and in its dtype, or a wider one where the step is done in that.
        It shares no memory with any parameter.
    """

    name: str
    value: Any
    backend: Backend
    param: Array
    grad: Array

    @property
    def number(self) -> bool:
        """Whether the parameter is a number, which is updated in its mapping."""
        return self.param is not self.value

    def result(self) -> Any:
        """The updated number: of NumPy's type where it had one, else a float."""
        return self.param[()] if hasattr(self.value, "dtype") else float(self.param)


def entries(params: Any, grads: Any, caller: str) -> list[Entry]:
    """The parameters with their gradients, if a step can be made over all of them.

    Raises
    ------
    NetworkError
        The names differ, or a parameter cannot be written.
    ShapeError
        A gradient is missing or has another shape.
    MixedBackendError
        A parameter and its gradient live on two backends.
    ArgumentTypeError
        Something is no array or number, or its numbers are not floating.
    """
    values, slopes = _read(params, "params", caller), _read(grads, "grads", caller)
    if values.keys() != slopes.keys():
        raise NetworkError(
            f"params are {', '.join(map(str, values))}, grads {', '.join(map(str, slopes))}: "
            "the names must agree"
        )
    found = [_entry(name, value, slopes[name], caller) for name, value in values.items()]
    for entry in found:
        if entry.number:
            _check_mapping(params, entry, caller)
    written = {entry.backend.buffer_of(entry.param)[0] for entry in found}
    return [_apart(entry, written) for entry in found]


def check_param(backend: Backend, name: str, param: Array, caller: str) -> None:
    """Refuse an array that a step cannot write: not floating, read-only, or repeated.

    Raises
    ------
    ArgumentTypeError, NetworkError
    """
    if not backend.is_floating(param):
        raise ArgumentTypeError(
            f"{caller}: {name}: expected floating numbers, got {param.dtype}: {FLOATING}"
        )
    if not backend.is_writable(param):
        raise NetworkError(
            f"{caller}: {name}: expected an array that can be written, got one that is read-only "
            "or a view that repeats an entry: pass a copy of it"
        )


def _check_mapping(params: Any, entry: Entry, caller: str) -> None:
    """Write a number over itself, so that a mapping that refuses is found before the step."""
    try:
        params[entry.name] = entry.value
    except TypeError as error:
        raise ArgumentTypeError(
            f"{caller}: {entry.name} is a number, which is updated in its mapping, and a "
            f"{type(params).__name__} cannot be written: pass a dict"
        ) from error


def _read(mapping: Any, what: str, caller: str) -> dict[str, Any]:
    """The contents of a mapping, read once: they may be computed, or change, at each read."""
    if not isinstance(mapping, Mapping):
        raise ArgumentTypeError(
            f"{caller}: {what}: expected a mapping of names to arrays, such as net.{what}, got a "
            f"{type(mapping).__name__}"
        )
    return dict(mapping)


def _entry(name: str, value: Any, slope: Any, caller: str) -> Entry:
    if is_number(value):
        return _of_number(name, value, slope, caller)
    backend_of(value, caller=f"{caller}: {name}")  # raises for what is no array
    _check_shape(name, tuple(value.shape), slope)
    names = f"params[{name!r}]", "its gradient"
    backend = backend_of(value, slope, caller=caller, names=names)
    check_param(backend, name, value, caller)
    _check_gradient(name, slope, backend, caller)
    return Entry(name, value, backend, value, backend.asarray(slope, backend.step_dtype(value)))


def _of_number(name: str, value: Any, slope: Any, caller: str) -> Entry:
    """A number is stepped on the host, whatever backend its gradient lives on."""
    host = load_backend("numpy")
    param = host.asarray(value)
    if not host.is_floating(param):  # a whole number, or a fraction
        param = host.asarray(float(value))
    _check_shape(name, (), slope)
    if not hasattr(slope, "dtype"):
        slope = float(slope)
    elif not is_number(slope):
        _check_gradient(name, slope, backend_of(slope, caller=caller), caller)
    return Entry(name, value, host, param, asarray(slope, host.step_dtype(param), backend="numpy"))


def _check_shape(name: str, shape: tuple[int, ...], slope: Any) -> None:
    found = () if is_number(slope) else getattr(slope, "shape", None)
    if found is None or tuple(found) != shape:
        came = f"a {type(slope).__name__}" if found is None else tuple(found)
        came = "missing (run backward first)" if slope is None else came
        raise ShapeError(f"{name} has shape {shape}, its gradient is {came}")


def _check_gradient(name: str, slope: Any, backend: Backend, caller: str) -> None:
    if not is_number(slope) and not backend.is_floating(slope):
        raise ArgumentTypeError(
            f"{caller}: the gradient of {name}: expected floating numbers, got {slope.dtype}: "
            f"{FLOATING}"
        )


def _apart(entry: Entry, written: set[Hashable]) -> Entry:
    """The entry with a gradient of its own, where it may be a view of a parameter.

    A step over one parameter must not change the gradient of the next.
    """
    if entry.backend.buffer_of(entry.grad)[0] not in written:
        return entry
    return entry._replace(grad=entry.backend.xp.array(entry.grad, copy=True))
