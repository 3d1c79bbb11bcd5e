"""The score of a network: R^2 where it does regression, else its accuracy.

As `inference`, through `apply` alone and in as few batches as the memory allows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from xpnet.backends import Array, backend_of, fitting_targets
from xpnet.errors import ShapeError
from xpnet.networks import inference
from xpnet.networks.container import Container
from xpnet.networks.inference import Evaluation, checked_rows, factor, scores_of
from xpnet.networks.row_batches import in_batches

__all__ = ["Residuals", "evaluate", "r2", "residuals", "score", "squared_deviations"]


def score(net: Container, x: Array, t: Array, batch_size: int | None, scale: float | None) -> float:
    """R^2 or the accuracy; see `Network.score`."""
    if not net.is_regression:
        return inference.accuracy(net, x, t, batch_size, scale)
    found = residuals(net, x, t, batch_size, scale, "score")
    return r2(found.errors, found.deviations)


def evaluate(
    net: Container, x: Array, t: Array, batch_size: int | None, scale: float | None
) -> Evaluation:
    """The mean loss and the score; see `Network.evaluate`."""
    if not net.is_regression:
        return inference.evaluate(net, x, t, batch_size, scale)
    found = residuals(net, x, t, batch_size, scale, "evaluate", with_loss=True)
    return Evaluation(found.loss, None, r2(found.errors, found.deviations))


class Residuals(NamedTuple):
    """What a regression leaves on some rows, to be added up over more of them.

    Attributes
    ----------
    errors : list of float
        For each output, the sum of the squared errors.
    deviations : list of float
        For each output, the sum of the squares of what the targets differ from their mean.
    loss : float
        The mean over the rows; NaN where none was asked for.
    """

    errors: list[float]
    deviations: list[float]
    loss: float


def residuals(
    net: Container,
    x: Array,
    t: Array,
    batch_size: int | None,
    scale: float | None,
    caller: str,
    *,
    with_loss: bool = False,
) -> Residuals:
    """Errors and loss on these rows, of one way through the layers and one wait."""
    backend, scale = net.check_inputs(x, t), factor(scale)
    x, t, one = checked_rows(x, backend.asarray(t), caller, "targets")
    xp, float64 = backend.xp, backend.dtype("float64")
    targets: Array | None = None
    errors: list[Array] = []  # of each batch: the sum over its rows, (outputs,)
    losses: list[Array] = []  # the loss times the rows, (1,)

    def work(rows: slice) -> None:
        nonlocal targets
        scores = scores_of(net, backend.cast(x[rows], net.dtype, scale))
        if targets is None:  # what fits is known with the first scores
            targets = _targets(net, t, (x.shape[0], *scores.shape[1:]), one, caller)
        error = backend.asarray(scores, float64) - backend.asarray(targets[rows], float64)
        if with_loss:
            loss = net.stack.last_layer.apply(scores, targets[rows])
            losses.append(backend.asarray(loss, float64).reshape(1) * int(scores.shape[0]))
        errors.append(xp.sum(error * error, axis=0))

    in_batches(net, x, batch_size, scale, work)
    found = [
        xp.sum(xp.stack(errors), axis=0),
        squared_deviations(backend.asarray(targets, float64)),
    ]
    if with_loss:
        found.append(xp.sum(xp.stack(losses), axis=0))
    numbers = backend.to_numpy(xp.concatenate(found)).tolist()
    outputs = int(found[0].shape[0])
    loss = numbers[-1] / x.shape[0] if with_loss else math.nan
    return Residuals(numbers[:outputs], numbers[outputs : 2 * outputs], loss)


def _targets(net: Container, t: Array, shape: tuple[int, ...], one: bool, caller: str) -> Array:
    """The targets as (N, outputs), if they fit scores of this shape, or `one` row of them."""
    if len(shape) != 2:
        raise ShapeError(f"{caller}: predict(x) is {shape}; expected (N, outputs)")
    return fitting_targets(net.backend, t, shape[1:] if one else shape, caller, "predict(x)")


def squared_deviations(t: Array) -> Array:
    """``sum((t - mean(t))**2)`` over the rows, (outputs,)."""
    xp = backend_of(t).xp
    # less the first row, so that equal targets deviate by nothing, whatever their mean rounds to
    from_first = t - t[:1]
    deviation = from_first - xp.mean(from_first, axis=0)
    return xp.sum(deviation * deviation, axis=0)


def r2(errors: list[float], deviations: list[float]) -> float:
    """1 less the errors over the deviations, the mean of all outputs."""
    found = [
        1 - error / deviation if deviation != 0 else float(error == 0)
        for error, deviation in zip(errors, deviations, strict=True)
    ]
    return sum(found) / len(found)
