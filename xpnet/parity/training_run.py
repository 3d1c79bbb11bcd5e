"""A training run on one backend, whose operations and updates are compared with another's."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from xpnet.backends import Array, Backend, asarray
from xpnet.networks import Network
from xpnet.parity.passes import layer_operations, result_name
from xpnet.parity.results import backend_copy, host_copies, host_copy
from xpnet.parity.update_rules import PARAM

__all__ = ["TrainingRun", "update_name"]


class TrainingRun:
    """Copies of a network, an optimizer and a data set on one backend.

    Parameters
    ----------
    net : Network
    optimizer : Optimizer
    data : (x, t)
        On the host. All of it is copied to the backend, as for training.
    backend : Backend
    dtype : "float32" or "float64"
    """

    def __init__(
        self, net: Network, optimizer: Any, data: tuple[Any, Any], backend: Backend, dtype: str
    ) -> None:
        self.backend = backend
        self.dtype = backend.dtype(dtype)
        self.net = net.astype(net.backend.dtype(dtype)).to(backend.name)
        self.optimizer = copy.deepcopy(optimizer)
        self.host_data = data
        self.data = tuple(asarray(array, backend=backend.name) for array in data)

    def batch(self, index: Any, scale: float | None) -> tuple[Array, Array]:
        """These rows of the data and their labels, gathered as a training step does."""
        x, t = self.data
        return self.backend.gather(x, t, backend_copy(index, self.backend), self.dtype, scale)

    def update(self) -> None:
        """One step of the optimizer with ``net.grads``; the layers release the batch."""
        self.net.stack.release()
        self.optimizer.update(self.net.params, self.net.grads)

    @property
    def optimizer_state(self) -> Mapping[str, Any]:
        """The arrays of each slot of the optimizer, by parameter; a custom one may have none."""
        state: Mapping[str, Any] = getattr(self.optimizer, "state", {})
        return state

    def host_state(self) -> dict[str, dict[str, Any]]:
        """Host copies of the optimizer's state."""
        return {slot: host_copies(arrays) for slot, arrays in self.optimizer_state.items()}

    def updated(self) -> dict[str, Any]:
        """Host copies of the optimizer's state and the parameters, by the names of their checks."""
        optimizer = type(self.optimizer).__name__
        state = {
            update_name(optimizer, slot, name): array
            for slot, arrays in self.host_state().items()
            for name, array in arrays.items()
        }
        params = host_copies(self.net.params)
        return state | {update_name(optimizer, PARAM, name): p for name, p in params.items()}

    def free_step(self, index: Any, scale: float | None) -> dict[str, Any]:
        """A training step from this run's own results: host copies of all results, by name."""
        x, t = self.batch(index, scale)
        results = {"batch x": host_copy(x), "batch t": host_copy(t)}
        for operation in layer_operations(self.net, x, t):
            results |= {result_name(operation, key): r for key, r in operation.results.items()}
        self.update()
        return results | self.updated()


def update_name(optimizer: str, slot: str, name: str) -> str:
    """The name of the check of a parameter, or of a slot's array for it, after an update."""
    return f"{optimizer} {name}" if slot == PARAM else f"{optimizer}.{slot} {name}"
