"""Which parameters the state of an optimizer belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from operator import is_
from typing import Any

from xpnet.backends import Array, asarray, backend_of
from xpnet.checks import is_number

__all__ = ["Owner"]


class Owner:
    """The parameters that an optimizer has stepped, by which it knows those of another network.

    They are the same mapping, or another with the same arrays or with copies of them as the last
    step left them: moved, cast, loaded. A copy of an optimizer has no parameters until its first
    step.
    """

    def __init__(self) -> None:
        # references, not ids: an id may be given to other parameters once these are deleted
        self._params: Any = None
        self._values: Mapping[str, Any] = {}
        self._buffers: tuple[Array, ...] = ()

    def __reduce__(self) -> Any:
        return Owner, ()

    def knows(self, params: Any, values: Mapping[str, Any]) -> bool:
        """Whether a step belongs to these parameters, which hold `values`."""
        if self._params is None or self._params is params:
            return True
        return all(
            name in self._values and _same(self._values[name], value)
            for name, value in values.items()
        )

    def fits(self, buffers: tuple[Array, ...]) -> bool:
        """Whether the last step went over these buffers, of parameters and state, as they are."""
        return len(buffers) == len(self._buffers) and all(map(is_, buffers, self._buffers))

    def stepped(
        self, params: Any, values: Mapping[str, Any], buffers: tuple[Array, ...] = ()
    ) -> None:
        """Remember whose step it was, and over which buffers, if it was over whole ones."""
        self._params, self._values, self._buffers = params, values, buffers


def _same(old: Any, new: Any) -> bool:
    """Whether `new` is `old` or a copy of it. Any two numbers count as the same."""
    if old is new or is_number(old) or is_number(new):
        return True
    backend = backend_of(new)
    old = asarray(old, new.dtype, backend=backend.name)
    nan = (old != old) & (new != new)
    return tuple(old.shape) == tuple(new.shape) and bool(backend.xp.all((old == new) | nan))
