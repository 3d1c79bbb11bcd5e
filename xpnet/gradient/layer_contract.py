"""Violations of the contract by one layer: what a network relies on besides gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.gradient.contract import differ
from xpnet.layers import Layer
from xpnet.layers.adapted import original as original_of

__all__ = ["as_tuple", "layer_violations"]

STEP = 1e-3


def as_tuple(gradients: Any) -> tuple[Any, ...]:
    """The gradients that `backward` returned: one for each input that has one."""
    return gradients if isinstance(gradients, tuple) else (gradients,)


def layer_violations(layer: Layer, inputs: Sequence[Array], dout: Any) -> Iterator[str]:
    """Violations of the contract by a layer, a sentence each.

    Parameters
    ----------
    layer : layer
    inputs : sequence of arrays
    dout : number or array of the output's shape
    """
    xp = backend_of(*inputs).xp
    original = [xp.array(array, copy=True) for array in inputs]
    out = layer.forward(*inputs)
    if _modified(inputs, original):
        yield "forward writes into its input"
    size, training = _magnitude(layer, inputs), _training_function(layer)
    if differ(xp.asarray(layer.apply_training(*inputs)), xp.asarray(out), size):
        yield f"{training} and forward give different outputs"
    if _modified(inputs, original):
        yield f"{training} writes into its input"
    if training != "apply":
        layer.apply(*inputs)
        if _modified(inputs, original):
            yield "apply writes into its input"

    layer.forward(*inputs)
    original_dout = xp.array(dout, copy=True)
    first = [xp.array(gradient, copy=True) for gradient in as_tuple(layer.backward(dout))]
    if _modified(inputs, original):
        yield "backward writes into the input of forward"
    if differ(xp.asarray(dout), original_dout):
        yield "backward overwrites the gradient it was given"
        return
    grads = {name: xp.array(grad, copy=True) for name, grad in layer.grads.items()}
    second = [xp.asarray(gradient) for gradient in as_tuple(layer.backward(dout))]
    if any(differ(*pair) for pair in zip(first, second, strict=True)) or _changed(layer, grads):
        yield "a second backward gives another gradient: it must not add to the first"
    layer.backward_params(dout)
    if _changed(layer, grads):
        yield "backward_params and backward set different gradients"
    if set(layer.grads) != set(layer.params):
        yield "params and grads have different names"
    if inputs[0].ndim < 2:
        return
    if layer.rowwise and _mixes_rows(layer.apply, inputs[0], size):
        yield "rowwise is True, but a row alone gives another output than in its batch"
    if layer.training_rowwise:
        if training != "apply" and _mixes_rows(layer.apply_training, inputs[0], size):
            yield (
                "training_rowwise is True, but a row alone gives another output of apply_training "
                "than in its batch"
            )
        yield from _perturbed(layer, inputs[0], size)


def _training_function(layer: Layer) -> str:
    """The name of what a layer defines to compute the function that is trained."""
    kind = type(original_of(layer))
    inherited = getattr(kind, "apply_training", Layer.apply_training) is Layer.apply_training
    return "apply" if inherited else "apply_training"


def _modified(inputs: Sequence[Array], original: Sequence[Array]) -> bool:
    """Whether inputs differ from their originals; they are restored."""
    pairs = list(zip(inputs, original, strict=True))
    modified = any(differ(*pair) for pair in pairs)
    for array, values in pairs:
        array[...] = values
    return modified


def _magnitude(layer: Layer, inputs: Sequence[Array]) -> float:
    """The largest number that the output is computed from: inputs, parameters, their product.

    Where such numbers cancel, two right ways to compute the output differ by their rounding
    errors, which may be large beside the output.
    """
    peaks = []
    for arrays in (inputs, layer.params.values()):
        filled = [array for array in arrays if math.prod(array.shape)]
        peaks.append(max((float(abs(array).max()) for array in filled), default=1.0))
    product = peaks[0] * peaks[1]
    return max((x for x in (*peaks, product) if math.isfinite(x)), default=1.0)


def _changed(layer: Layer, grads: dict[str, Array]) -> bool:
    return any(differ(layer.grads[name], grad) for name, grad in grads.items())


def _mixes_rows(function: Callable[[Array], Array], x: Array, size: float) -> bool:
    """Whether an output row depends on other rows than its own of the input."""
    y = function(x)
    return any(differ(function(x[k : k + 1]), y[k : k + 1], size) for k in range(x.shape[0]))


def _perturbed(layer: Layer, x: Array, size: float) -> Iterator[str]:
    """Whether perturbations agree with moving one entry at a time."""
    y = layer.apply_training(x)
    for name, param in layer.params.items():
        index = range(math.prod(param.shape))
        fast = layer.perturbed(name, index, STEP, x, y)
        plain = Layer.perturbed(layer, name, index, STEP, x, y)
        if differ(fast, plain, size):
            yield f"perturbed gives other outputs than moving one entry of {name} at a time"
        affected = layer.affected_rows(name, x)
        if affected is not None and _changes_other_rows(affected, plain, y):
            yield f"affected_rows leaves out rows that depend on {name}"


def _changes_other_rows(affected: Array, plain: Array, y: Array) -> bool:
    """Whether a single perturbation changes a row that `affected_rows` says it does not."""
    span = len(plain) // len(affected)
    others = [~affected[k // span] for k in range(len(plain))]
    return any(differ(out[rows], y[rows]) for out, rows in zip(plain, others, strict=True))
