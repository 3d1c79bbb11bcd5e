"""What callbacks remember, in the file of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from xpnet.backends import to_numpy
from xpnet.checkpoints import Document, TensorFile
from xpnet.training.callbacks import Callback

__all__ = ["restore_states", "states_of"]

KEY = "callbacks"


def states_of(callbacks: Iterable[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The JSON values of each callback that keeps some, and the arrays of all, on the host.

    Examples
    --------
    >>> from xpnet.training.callback_states import states_of
    >>> values, arrays = states_of([EarlyStopping(monitor="loss", restore_best=False)])
    >>> values["EarlyStopping"]["waited"], arrays
    (0, {})
    """
    values: dict[str, Any] = {}
    arrays: dict[str, Any] = {}
    for name, callback in _named(callbacks):
        state = callback.state()
        found = {key: value for key, value in state.items() if hasattr(value, "shape")}
        arrays |= {_array_name(name, key): to_numpy(array) for key, array in found.items()}
        if state:
            values[name] = {key: value for key, value in state.items() if key not in found}
    return values, arrays


def restore_states(callbacks: Iterable[Any], run: Document, file: TensorFile) -> None:
    """Give each callback what one of its class and place has kept in a file.

    Raises
    ------
    CheckpointError
    """
    saved = run.get(KEY, dict, optional=True) or {}
    for name, callback in _named(callbacks):
        if name in saved:
            prefix = _array_name(name, "")
            arrays = {
                key.removeprefix(prefix): array
                for key, array in file.arrays.items()
                if key.startswith(prefix)
            }
            callback.restore({**run.part(KEY).get(name, dict), **arrays})


def _named(callbacks: Iterable[Any]) -> Iterator[tuple[str, Callback]]:
    """Those that can keep a state, by class, and by number from the second of a class on."""
    counts: dict[str, int] = {}
    for callback in callbacks:
        if isinstance(callback, Callback):
            kind = type(callback).__name__
            counts[kind] = counts.get(kind, 0) + 1
            yield (kind if counts[kind] == 1 else f"{kind}{counts[kind]}"), callback


def _array_name(callback: str, key: str) -> str:
    return f"{KEY}.{callback}.{key}"
