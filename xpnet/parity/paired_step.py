"""One training step on a reference backend, with each operation repeated on another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xpnet.networks import Network
from xpnet.parity.bounds import Bound
from xpnet.parity.layer_rules import INPUT, batch_bound
from xpnet.parity.passes import Operation, layer_operations, repeat, result_name
from xpnet.parity.results import backend_copy, host_copies, host_copy, overwrite
from xpnet.parity.training_run import TrainingRun, update_name

__all__ = ["ResultPair", "paired_step"]


@dataclass(frozen=True)
class ResultPair:
    """The results of one operation on both backends from the same bits.

    Attributes
    ----------
    name : str
    reference, candidate : numpy arrays
    bound : Bound or None
        How far each may be from the exact result; None where no rule gives it.
    """

    name: str
    reference: Any
    candidate: Any
    bound: Bound | None


def paired_step(
    reference: TrainingRun,
    candidate: TrainingRun,
    index: Any,
    scale: float | None,
    rules: Mapping[type, Any],
) -> Iterator[ResultPair]:
    """A training step of `reference`; `candidate` repeats each operation from the same bits.

    Parameters
    ----------
    reference, candidate : TrainingRun
    index : numpy array of integers
        The rows of the batch.
    scale : float or None
        Multiplies the batch.
    rules : mapping of types to rules
        Of layers and optimizers.
    """
    x, t = reference.batch(index, scale)
    candidate_x, candidate_t = candidate.batch(index, scale)
    rows, labels = (array[index].astype("float64") for array in reference.host_data)
    bound = batch_bound(rows, scale)
    yield ResultPair("batch x", host_copy(x), host_copy(candidate_x), bound)
    bound = Bound(abs(labels), 0)
    yield ResultPair("batch t", host_copy(t), host_copy(candidate_t), bound)

    params = host_copies(reference.net.params)
    overwrite(candidate.net.params, params, candidate.backend)
    inputs: dict[int, tuple[Any, ...]] = {}
    for operation in layer_operations(reference.net, x, t):
        if operation.name.endswith(".forward"):
            inputs[operation.place] = operation.inputs
        repeated = repeat(
            candidate.net, operation, lambda array: backend_copy(array, candidate.backend)
        )
        bounds = _layer_bounds(reference.net, operation, inputs[operation.place], params, rules)
        for key, result in operation.results.items():
            name = result_name(operation, key)
            yield ResultPair(name, result, repeated[key], bounds.get(key))

    yield from _paired_update(reference, candidate, params, rules)


def _paired_update(
    reference: TrainingRun,
    candidate: TrainingRun,
    params: dict[str, Any],
    rules: Mapping[type, Any],
) -> Iterator[ResultPair]:
    """The parameters and the optimizer's state after an update from the same bits."""
    grads, state = host_copies(reference.net.grads), reference.host_state()
    overwrite(candidate.net.grads, grads, candidate.backend)
    for slot, arrays in state.items():
        overwrite(candidate.optimizer_state[slot], arrays, candidate.backend)
    reference.update()
    candidate.update()
    bounds = _update_bounds(reference, params, grads, state, rules)
    updated = candidate.updated()
    for name, result in reference.updated().items():
        yield ResultPair(name, result, updated[name], bounds.get(name))


def _update_bounds(
    run: TrainingRun,
    params: Mapping[str, Any],
    grads: Mapping[str, Any],
    state: Mapping[str, Mapping[str, Any]],
    rules: Mapping[type, Any],
) -> dict[str, Bound]:
    """The bound of each result of an update, by its name, from the arrays before the update."""
    rule = rules.get(type(run.optimizer))
    if rule is None:
        return {}
    optimizer = type(run.optimizer).__name__
    bounds: dict[str, Bound] = {}
    for name, param in params.items():
        slots = {  # a slot that the first update makes was 0 before it
            slot: state[slot][name].astype("float64") if slot in state else 0 * param
            for slot in run.optimizer_state
        }
        param64, grad64 = param.astype("float64"), grads[name].astype("float64")
        found = rule(run.optimizer, param64, grad64, slots, str(param.dtype))
        bounds |= {update_name(optimizer, slot, name): bound for slot, bound in found.items()}
    return bounds


def _layer_bounds(
    net: Network,
    operation: Operation,
    inputs: tuple[Any, ...],
    params: dict[str, Any],
    rules: Mapping[type, Any],
) -> dict[str, Bound]:
    """The bound of each result of a layer's operation, by its key."""
    layer = [*net.layers.values(), net.last_layer][operation.place]
    rule = rules.get(type(layer))
    if rule is None:
        return {}
    params64 = {
        name: params[key].astype("float64")
        for key, (place, name) in net.places.items()
        if place == operation.place
    }
    params64 |= net.stack.every[operation.place].options()
    inputs64 = [array.astype("float64") for array in inputs]
    if operation.name.endswith(".forward"):
        buffers64 = {name: array.astype("float64") for name, array in operation.buffers.items()}
        kept = {} if rule.buffers is None else rule.buffers(params64, buffers64, *inputs64)
        return {"": rule.forward(params64, *inputs64), **kept}
    # the backward of a loss has no input: its dout is 1
    dout = operation.inputs[0].astype("float64") if operation.inputs else 1.0
    bounds = dict(rule.backward(params64, dout, *inputs64))
    return {"" if name == INPUT else name: bound for name, bound in bounds.items()}
