"""Snapshot: what a network has learned, copied, to be put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from xpnet.backends import Array, asarray, to_numpy
from xpnet.errors import CheckpointError
from xpnet.networks import Network

__all__ = ["Snapshot"]


def _learned(net: Network) -> dict[str, Array]:
    """The arrays that training writes: all parameters in one, and what layers keep beside them."""
    return {"parameters": net.params.flat, **net.buffers}


class Snapshot:
    """Copies of what a network has learned.

    Parameters
    ----------
    arrays : mapping of str to array
        As `of` and `on_host` make them; of any backend.

    Examples
    --------
    >>> from xpnet.training.snapshot import Snapshot
    >>> net = TwoLayerNet(4, 3, 2, weight_init_std=1.0, seed=0)
    >>> snapshot = Snapshot.of(net)
    >>> net.params["W1"][...] = 0
    >>> snapshot.is_in(net)
    False
    >>> snapshot.put_into(net)
    >>> snapshot.is_in(net)
    True
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = dict(arrays)

    @classmethod
    def of(cls, net: Network) -> Snapshot:
        """Copies on the network's backend."""
        copied = net.backend.xp.array
        return cls({name: copied(array, copy=True) for name, array in _learned(net).items()})

    @classmethod
    def on_host(cls, net: Network) -> Snapshot:
        """Copies on the host, for which a device needs no memory."""
        return cls({name: np.array(to_numpy(array)) for name, array in _learned(net).items()})

    def take(self, net: Network) -> None:
        """Copy what the network has now over what is here: one copy on its device."""
        for name, array in _learned(net).items():
            net.backend.assign(self.arrays[name], array)

    def place(self, net: Network) -> None:
        """Move the copies to the network's backend.

        Raises
        ------
        CheckpointError
            They are of another network.
        """
        wanted = _learned(net)
        shapes = {name: tuple(array.shape) for name, array in wanted.items()}
        came = {name: tuple(array.shape) for name, array in self.arrays.items()}
        if came != shapes:
            raise CheckpointError(
                f"expected copies of the network's arrays, {_listed(shapes)}, got {_listed(came)}"
            )
        self.arrays = {
            name: asarray(self.arrays[name], array.dtype, net.backend.name)
            for name, array in wanted.items()
        }

    def put_into(self, net: Network) -> None:
        """Write the copies into the network."""
        where = net.backend.name
        for name, array in _learned(net).items():
            net.backend.assign(array, asarray(self.arrays[name], backend=where))

    def is_in(self, net: Network) -> bool:
        """Whether the network has these numbers; it waits for the device."""
        where = net.backend.name
        return all(
            bool((asarray(self.arrays[name], backend=where) == array).all())
            for name, array in _learned(net).items()
        )


def _listed(shapes: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} of shape {shape}" for name, shape in shapes.items()) or "none"
