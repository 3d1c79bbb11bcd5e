"""What the memory of a backend and of a network is used for."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from xpnet.backends import Array, Backend, get_backend
from xpnet.backends.storage import Pool
from xpnet.errors import OptionError
from xpnet.layers import Layer
from xpnet.layers.adapted import original
from xpnet.networks import Network
from xpnet.tables import text_table

__all__ = ["LayerMemory", "MemoryReport", "memory_report"]


@dataclass(frozen=True)
class LayerMemory:
    """What one layer keeps between its forward and its backward.

    Attributes
    ----------
    name : str
    arrays : tuple of str
        The attributes, out of the layer's `saved`, that hold something now.
    saved : int
        Bytes that they keep alive and no layer before this one does.
    """

    name: str
    arrays: tuple[str, ...]
    saved: int


@dataclass(frozen=True)
class MemoryReport:
    """Bytes, by what they are for; ``str()`` is a table.

    Attributes
    ----------
    backend, device : str
    pool : Pool or None
        ``used``, ``held``, ``free`` and ``total``; None where there is no pool to ask, as on
        NumPy.
    parameters, gradients : int or None
        The buffers, their padding included; None without a network.
    layers : tuple of LayerMemory
        The last layer last; empty without a network.
    saved : int or None
        What all layers keep for backward, together.
    buffers : int or None
        The buffers of all layers, together.
    """

    backend: str
    device: str
    pool: Pool | None = None
    parameters: int | None = None
    gradients: int | None = None
    layers: tuple[LayerMemory, ...] = ()
    saved: int | None = None
    buffers: int | None = None

    def __str__(self) -> str:
        rows = []
        if self.saved is not None:
            rows += [("parameters", "", self.parameters), ("gradients", "", self.gradients)]
            rows += [("buffers", "", self.buffers)] if self.buffers else []
            rows += [(layer.name, ", ".join(layer.arrays), layer.saved) for layer in self.layers]
            rows.append(("saved for backward", "", self.saved))
        if self.pool is not None:
            rows += [("pool, used", "", self.pool.used), ("pool, held", "", self.pool.held)]
            rows += [("device, free", "", self.pool.free), ("device, total", "", self.pool.total)]
        cells = [("memory", "keeps", "size"), *((a, b, _size(bytes_)) for a, b, bytes_ in rows)]
        lines = text_table(cells, right=[2]) if rows else []
        pool = "" if self.pool else ", where no pool can be asked"
        return "\n".join([*lines, f"on {self.backend} ({self.device}){pool}"])


def memory_report(net: Network | None = None) -> MemoryReport:
    """What memory is used for: the backend's pool and, with a network, the network's part.

    Looking costs no launch, no copy and no wait for the device.

    Parameters
    ----------
    net : Network, optional
        Its parameters, gradients and buffers, and what its layers keep between forward and
        backward. Memory that several arrays share is counted once, at the first. A view counts
        with all the memory it keeps alive, since that is what cannot be used for anything else: a
        batch that is a slice of a data set counts as the data set.

    Returns
    -------
    MemoryReport
        Of the network's backend; without a network, of the current one.

    Examples
    --------
    >>> net = TwoLayerNet(784, 50, 10, seed=0)
    >>> loss = net.loss(np.zeros((100, 784), "float32"), np.zeros(100, "int64"))
    >>> print(xpnet.memory_report(net))
    memory             keeps          size
    parameters                   155.8 KiB
    gradients                    155.8 KiB
    Affine1            x         306.2 KiB
    Relu1              mask        4.9 KiB
    Affine2            x          19.5 KiB
    SoftmaxWithLoss    y, t, _dx   8.6 KiB
    saved for backward            339.3 KiB
    on numpy (cpu), where no pool can be asked
    >>> grads = net.gradient(np.zeros((100, 784), "float32"), np.zeros(100, "int64"))
    >>> xpnet.memory_report(net).saved
    0
    """
    if net is None:
        backend = get_backend()
        return MemoryReport(backend.name, backend.device, backend.pool())
    if not isinstance(net, Network):
        raise OptionError(f"net is {net!r}: expected a Network, or None")
    backend = net.backend
    seen: set[Hashable] = set()
    parameters = _bytes([net.params.flat], backend, seen)
    gradients = _bytes([net.grads.flat], backend, seen)
    buffers = _bytes(list(net.buffers.values()), backend, seen)
    names = *net.stack.names, type(net.last_layer).__name__
    named = zip(names, net.stack.every, strict=True)
    layers = tuple(_layer(name, layer, backend, seen) for name, layer in named)
    saved = sum(layer.saved for layer in layers)
    pool = backend.pool()
    return MemoryReport(
        backend.name, backend.device, pool, parameters, gradients, layers, saved, buffers
    )


def _layer(name: str, layer: Layer, backend: Backend, seen: set[Hashable]) -> LayerMemory:
    own = original(layer)
    held = {key: list(_arrays(getattr(own, key, None), backend)) for key in layer.saved}
    arrays = [array for found in held.values() for array in found]
    keys = tuple(key for key, found in held.items() if found)
    return LayerMemory(name, keys, _bytes(arrays, backend, seen))


def _arrays(value: Any, backend: Backend) -> Iterator[Array]:
    """The arrays in what a layer keeps: one, or a tuple or list of them."""
    if isinstance(value, backend.array_type):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _arrays(item, backend)


def _bytes(arrays: list[Array], backend: Backend, seen: set[Hashable]) -> int:
    """The bytes behind arrays, without what was seen before."""
    total = 0
    for array in arrays:
        buffer, size = backend.buffer_of(array)
        total += 0 if buffer in seen else size
        seen.add(buffer)
    return total


def _size(bytes_: int | None) -> str:
    """Bytes in the unit that gives the shortest number a reader can compare."""
    value, unit = float(bytes_ or 0), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
