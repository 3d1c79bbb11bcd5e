"""Whether a layer that says `capturable` can be replayed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.errors import CaptureError
from xpnet.gradient.contract import differ
from xpnet.gradient.layer_contract import as_tuple
from xpnet.gradient.rewinding import Rewinding
from xpnet.layers import Layer

__all__ = ["replay_violations"]

FACTORS = -0.5, 1.25
"""The inputs of the replays are those of the check times one of these, in reverse order."""


def replay_violations(layer: Layer, inputs: Sequence[Array], dout: Any) -> Iterator[str]:
    """Where a replay of a layer differs from plain calls on new inputs, a sentence each.

    Nothing where the layer does not say `capturable`, or where its backend captures nothing.

    Parameters
    ----------
    layer : layer
    inputs : sequence of arrays
    dout : number or array of the output's shape
    """
    backend = backend_of(*inputs)
    places = [backend.xp.array(array, copy=True) for array in inputs]
    results: list[Array] = []
    buffers = Rewinding([layer])

    def both_ways() -> None:
        results[:] = _results(layer, places, dout)

    try:
        replay = backend.capture(both_ways) if layer.capturable else None
    except CaptureError as error:
        yield f"capturable is True, but it cannot be captured: {error}"
        return
    if replay is None:
        return
    replayed = list(results)  # in the memory that each replay writes
    for factor in FACTORS:
        for place, array in zip(places, inputs, strict=True):
            turned = array[::-1] if array.ndim else array
            place[...] = turned * factor if backend.is_floating(array) else turned
        buffers.rewind()
        replay()
        found = [backend.xp.array(result, copy=True) for result in replayed]
        buffers.rewind()
        plain = _results(layer, [backend.xp.array(place, copy=True) for place in places], dout)
        if any(differ(*pair) for pair in zip(found, plain, strict=True)):
            yield "capturable is True, but a replay gives other numbers than a call"
            return


def _results(layer: Layer, inputs: Sequence[Array], dout: Any) -> list[Array]:
    """Output, gradients of the inputs, and of the parameters."""
    backend = backend_of(*inputs)
    out = layer.forward(*inputs)
    gradients = as_tuple(layer.backward(dout))
    results = [out, *gradients, *(layer.grads[name] for name in layer.params)]
    return [backend.asarray(result) for result in results]
