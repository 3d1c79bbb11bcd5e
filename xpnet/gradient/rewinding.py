"""Rewinding: a check runs forward many times, each time from the same buffers."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from xpnet.backends import Array, backend_of
from xpnet.layers import Layer

__all__ = ["Rewinding"]


class Rewinding:
    """The buffers of layers as they are now, to be put back.

    That is done before another forward of the same step, and at the end of a ``with`` block.
    Where `forward` draws a mask by a counter in its buffers, a second forward from there draws the
    same mask; running means of a network that is checked end as they were.

    Parameters
    ----------
    layers : iterable of layers

    Examples
    --------
    >>> from xpnet.gradient.rewinding import Rewinding
    >>> layer, x = BatchNorm(1), np.array([[1.0], [3.0]])
    >>> with Rewinding([layer]):
    ...     _ = layer.forward(x)
    ...     print(layer.running_mean)
    [0.2]
    >>> layer.running_mean
    array([0.], dtype=float32)
    """

    def __init__(self, layers: Iterable[Layer]) -> None:
        self._buffers: list[tuple[Array, Array]] = [
            (buffer, backend_of(buffer).xp.array(buffer, copy=True))
            for layer in layers
            for buffer in layer.buffers.values()
        ]

    def rewind(self) -> None:
        """Put the buffers back."""
        for buffer, before in self._buffers:
            buffer[...] = before

    def __enter__(self) -> Rewinding:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.rewind()
