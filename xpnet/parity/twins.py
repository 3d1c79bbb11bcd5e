"""One network twice: the run to follow, and its shadow on the second backend."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xpnet.backends import Array, Backend, asarray
from xpnet.networks import Network
from xpnet.parity.bounds import Bound
from xpnet.parity.layer_rules import INPUT, batch_bound
from xpnet.parity.passes import Operation, again, layer_operations
from xpnet.parity.results import handed, kept, kept_all, write_all
from xpnet.parity.update_rules import PARAM

__all__ = ["Pair", "Runner", "pairs"]


@dataclass(frozen=True)
class Pair:
    """The results of one operation on both backends from the same bits.

    Attributes
    ----------
    name : str
    ours, theirs : numpy arrays
    bound : Bound or None
        How far each may be from the exact result; None where no rule says it.
    """

    name: str
    ours: Any
    theirs: Any
    bound: Bound | None


class Runner:
    """A network with an optimizer and a data set, on one backend.

    `data` comes from the host and is copied to the backend whole, as for training.
    """

    def __init__(
        self, net: Network, optimizer: Any, data: tuple[Any, Any], backend: Backend, dtype: str
    ) -> None:
        self.backend = backend
        self.dtype = backend.dtype(dtype)
        self.net = net.astype(net.backend.dtype(dtype)).to(backend.name)
        self.optimizer = copy.deepcopy(optimizer)
        self.host = data
        self.data = tuple(asarray(array, backend=backend.name) for array in data)

    def batch(self, index: Any, scale: float | None) -> tuple[Array, Array]:
        """These rows of the data and their labels, as a training step gathers them."""
        x, t = self.data
        return self.backend.gather(x, t, handed(index, self.backend), self.dtype, scale)

    def update(self) -> None:
        """One step of the optimizer with the gradients at hand; the layers forget the batch."""
        for layer in (*self.net.layers.values(), self.net.last_layer):
            if hasattr(layer, "release"):
                layer.release()
        self.optimizer.update(self.net.params, self.net.grads)

    def state(self) -> dict[str, dict[str, Any]]:
        """The optimizer's state on the host: for each slot its arrays by parameter."""
        return {slot: kept_all(arrays) for slot, arrays in _state(self.optimizer).items()}

    def free_step(self, index: Any, scale: float | None) -> dict[str, Any]:
        """A step from what this runner has computed itself: the results by their names."""
        x, t = self.batch(index, scale)
        found = {"batch x": kept(x), "batch t": kept(t)}
        for operation in layer_operations(self.net, x, t):
            found |= {_labelled(operation, key): r for key, r in operation.results.items()}
        self.update()
        return found | _after_update(self)


def pairs(
    ours: Runner, theirs: Runner, index: Any, scale: float | None, rules: Mapping[type, Any]
) -> Iterator[Pair]:
    """One step of `ours`, each operation of which `theirs` does again from the same bits."""
    x, t = ours.batch(index, scale)
    other_x, other_t = theirs.batch(index, scale)
    rows, labels = (array[index].astype("float64") for array in ours.host)
    yield Pair("batch x", kept(x), kept(other_x), batch_bound(rows, scale))
    yield Pair("batch t", kept(t), kept(other_t), Bound(abs(labels), 0))

    params = kept_all(ours.net.params)
    write_all(theirs.net.params, params, theirs.backend)
    inputs: dict[int, tuple[Any, ...]] = {}
    for operation in layer_operations(ours.net, x, t):
        if operation.name.endswith(".forward"):
            inputs[operation.place] = operation.inputs
        found = again(theirs.net, operation, lambda array: handed(array, theirs.backend))
        bounds = _layer_bounds(ours.net, operation, inputs[operation.place], params, rules)
        for key, result in operation.results.items():
            yield Pair(_labelled(operation, key), result, found[key], bounds.get(key))

    yield from _update_pairs(ours, theirs, params, rules)


def _update_pairs(
    ours: Runner, theirs: Runner, params: dict[str, Any], rules: Mapping[type, Any]
) -> Iterator[Pair]:
    grads, before = kept_all(ours.net.grads), ours.state()
    write_all(theirs.net.grads, grads, theirs.backend)
    for slot, arrays in before.items():
        write_all(_state(theirs.optimizer)[slot], arrays, theirs.backend)
    ours.update()
    theirs.update()
    found = _after_update(theirs)
    rule = rules.get(type(ours.optimizer))
    bounds: dict[str, Any] = {}
    for name, param in params.items():
        if rule is None:
            break
        state = {
            slot: before[slot][name].astype("float64") if slot in before else 0 * param
            for slot in _state(ours.optimizer)
        }
        wide = param.astype("float64"), grads[name].astype("float64")
        said = rule(ours.optimizer, *wide, state, str(param.dtype))
        optimizer = type(ours.optimizer).__name__
        bounds |= {_update_label(optimizer, slot, name): bound for slot, bound in said.items()}
    for label, result in _after_update(ours).items():
        yield Pair(label, result, found[label], bounds.get(label))


def _layer_bounds(
    net: Network,
    operation: Operation,
    inputs: tuple[Any, ...],
    params: dict[str, Any],
    rules: Mapping[type, Any],
) -> dict[str, Bound]:
    """The bound of each result, by its name."""
    layer = [*net.layers.values(), net.last_layer][operation.place]
    rule = rules.get(type(layer))
    if rule is None:
        return {}
    own = {
        name: params[key].astype("float64")
        for key, (place, name) in net.places.items()
        if place == operation.place
    }
    wide = [array.astype("float64") for array in inputs]
    if operation.name.endswith(".forward"):
        return {"": rule.forward(own, *wide)}
    # a loss is asked for the gradient of itself
    dout = operation.inputs[0].astype("float64") if operation.inputs else 1.0
    said = dict(rule.backward(own, dout, *wide))
    return {"" if name == INPUT else name: bound for name, bound in said.items()}


def _labelled(operation: Operation, key: str) -> str:
    return f"{operation.name} {key}".strip()


def _update_label(optimizer: str, slot: str, name: str) -> str:
    return f"{optimizer} {name}" if slot == PARAM else f"{optimizer}.{slot} {name}"


def _after_update(runner: Runner) -> dict[str, Any]:
    """The optimizer's state and the parameters, by the names of their checks."""
    optimizer = type(runner.optimizer).__name__
    found = {
        _update_label(optimizer, slot, name): array
        for slot, arrays in runner.state().items()
        for name, array in arrays.items()
    }
    params = kept_all(runner.net.params)
    return found | {_update_label(optimizer, PARAM, name): p for name, p in params.items()}


def _state(optimizer: Any) -> Mapping[str, Any]:
    """An optimizer of one's own may keep none."""
    state: Mapping[str, Any] = getattr(optimizer, "state", {})
    return state
