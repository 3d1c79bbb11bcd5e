"""How one layer behaves, beside its gradients: what a network relies on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.gradient.contract import differ
from xpnet.layers import Layer, part

__all__ = ["as_tuple", "layer_misbehaviour"]

NUDGE = 1e-3


def as_tuple(gradients: Any) -> tuple[Any, ...]:
    """What `backward` returned, one gradient for each input it has one for."""
    return gradients if isinstance(gradients, tuple) else (gradients,)


def layer_misbehaviour(layer: Any, inputs: Sequence[Array], dout: Any) -> Iterator[str]:
    """What a layer does wrong, a sentence each.

    Parameters
    ----------
    layer : layer
    inputs : sequence of arrays
    dout : number or array of the output's shape
    """
    xp = backend_of(*inputs).xp
    given = [xp.array(array, copy=True) for array in inputs]
    out = layer.forward(*inputs)
    if _written(inputs, given):
        yield "forward writes into its input"
    size = _largest(layer, inputs)
    if differ(xp.asarray(part(layer, "apply")(*inputs)), xp.asarray(out), size):
        yield "apply and forward give different outputs"
    if _written(inputs, given):
        yield "apply writes into its input"

    layer.forward(*inputs)
    kept = xp.array(dout, copy=True)
    once = [xp.array(gradient, copy=True) for gradient in as_tuple(layer.backward(dout))]
    if _written(inputs, given):
        yield "backward writes into the input of forward"
    if differ(xp.asarray(dout), kept):
        yield "backward overwrites the gradient it was given"
        return
    grads = {name: xp.array(grad, copy=True) for name, grad in part(layer, "grads").items()}
    twice = [xp.asarray(gradient) for gradient in as_tuple(layer.backward(dout))]
    if any(differ(*pair) for pair in zip(once, twice, strict=True)) or _changed(layer, grads):
        yield "a second backward gives another gradient: it must not add to the first"
    part(layer, "backward_params")(dout)
    if _changed(layer, grads):
        yield "backward_params and backward set different gradients"
    if set(part(layer, "grads")) != set(part(layer, "params")):
        yield "params and grads have different names"
    if part(layer, "rowwise"):
        yield from _rowwise(layer, inputs[0], size)


def _written(inputs: Sequence[Array], given: Sequence[Array]) -> bool:
    """Whether inputs are no longer what was given; they are put back."""
    pairs = list(zip(inputs, given, strict=True))
    written = any(differ(*pair) for pair in pairs)
    for array, kept in pairs:
        array[...] = kept
    return written


def _largest(layer: Any, inputs: Sequence[Array]) -> float:
    """The largest number that the output is computed from: products of inputs and parameters.

    Where these cancel, or `out` is a small part of what was rounded, two right ways to compute
    it differ by as much as rounding does to them.
    """
    peaks = []
    for arrays in (inputs, part(layer, "params").values()):
        filled = [array for array in arrays if math.prod(array.shape)]
        peaks.append(max((float(abs(array).max()) for array in filled), default=1.0))
    product = peaks[0] * peaks[1]
    return max((x for x in (*peaks, product) if math.isfinite(x)), default=1.0)


def _changed(layer: Any, grads: dict[str, Array]) -> bool:
    return any(differ(part(layer, "grads")[name], grad) for name, grad in grads.items())


def _rowwise(layer: Any, x: Array, size: float) -> Iterator[str]:
    """Whether each row comes from its own alone, and many perturbations agree with single ones."""
    apply = part(layer, "apply")
    y = apply(x)
    if x.ndim < 2:
        return
    if any(differ(apply(x[k : k + 1]), y[k : k + 1], size) for k in range(x.shape[0])):
        yield "rowwise is True, but a row alone gives another output than in its batch"
    for name, param in part(layer, "params").items():
        index = range(math.prod(param.shape))
        fast = part(layer, "perturbed")(name, index, NUDGE, x, y)
        plain = Layer.perturbed(layer, name, index, NUDGE, x, y)
        if differ(fast, plain, size):
            yield f"perturbed moves {name} otherwise than one entry at a time"
        affected = part(layer, "affected_rows")(name, x)
        if affected is not None and _moves_beyond(affected, plain, y):
            yield f"affected_rows leaves out rows that {name} moves"


def _moves_beyond(affected: Array, plain: Array, y: Array) -> bool:
    """Whether one of the single perturbations moves a row that its slice does not reach."""
    span = len(plain) // len(affected)
    beyond = [~affected[k // span] for k in range(len(plain))]
    return any(differ(out[rows], y[rows]) for out, rows in zip(plain, beyond, strict=True))
