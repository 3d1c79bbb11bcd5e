"""FittedNetwork: an estimator's network as scikit-learn shows it, and as it is pickled."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from xpnet.backends import asarray, load_backend, to_numpy
from xpnet.errors import ShapeError
from xpnet.networks import Network
from xpnet.sklearn.options import Options

__all__ = ["FittedNetwork"]


class FittedNetwork(Options):
    """An estimator whose parameters are those of a network.

    Attributes
    ----------
    coefs_, intercepts_ : list of numpy array
        The weights (in, out) and the biases (out,) of each layer. On NumPy they are the network's
        own, so that writing into them changes what is predicted; of a GPU they are copies, and
        a list that is assigned is written into the network.
    """

    _net: Network
    _optimizer: Any

    @property
    def coefs_(self) -> list[Any]:
        """The weights of each layer, shape (in, out)."""
        return self._arrays("W")

    @coefs_.setter
    def coefs_(self, arrays: Sequence[Any]) -> None:
        self._write("W", arrays)

    @property
    def intercepts_(self) -> list[Any]:
        """The biases of each layer, shape (out,)."""
        return self._arrays("b")

    @intercepts_.setter
    def intercepts_(self, arrays: Sequence[Any]) -> None:
        self._write("b", arrays)

    def _names(self, letter: str) -> list[str]:
        return [name for name in self._net.params if name[0] == letter]

    def _arrays(self, letter: str) -> list[Any]:
        return [to_numpy(self._net.params[name]) for name in self._names(letter)]

    def _write(self, letter: str, arrays: Sequence[Any]) -> None:
        names, net = self._names(letter), self._net
        if len(arrays) != len(names):
            raise ShapeError(
                f"{type(self).__name__}: expected {len(names)} arrays, one for each layer, got "
                f"{len(arrays)}"
            )
        for name, array in zip(names, arrays, strict=True):
            net.params[name] = asarray(array, net.dtype, net.backend.name)

    def _placed_net(self) -> Network:
        """The network, on the backend that the estimator names."""
        name = load_backend(self.backend).name
        if self._net.backend.name != name:
            self._net.to(name)
        return self._net

    def __getstate__(self) -> dict[str, Any]:
        """Pickles hold arrays of the host, so that a machine without a GPU can read them."""
        state: dict[str, Any] = dict(super().__getstate__())
        if "_net" in state and state["_net"].backend.name != "numpy":
            made: Any = copy.deepcopy({name: state.get(name) for name in ("_net", "_optimizer")})
            made["_net"].to("numpy")
            for slot in made["_optimizer"].state.values() if made["_optimizer"] else ():
                slot.to("numpy")
            state |= {name: value for name, value in made.items() if value is not None}
        return state
