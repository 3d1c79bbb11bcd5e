"""Inference: scores, loss and accuracy of many rows, in as few batches as the memory allows.

Through `apply` alone: nothing is kept, a pending backward is not disturbed, and several threads
may do it at once.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from xpnet.backends import Array, fitting_labels, labels_of_one_row, real_number
from xpnet.errors import NetworkError, OptionError, ShapeError
from xpnet.functions import softmax
from xpnet.layers import SoftmaxWithLoss
from xpnet.networks.container import Container
from xpnet.networks.row_batches import in_batches
from xpnet.networks.stack import apply

__all__ = [
    "Evaluation",
    "accuracy",
    "checked_rows",
    "evaluate",
    "factor",
    "largest_product",
    "predict",
    "predict_proba",
    "scores_of",
]


class Evaluation(NamedTuple):
    """What a network does on rows with their labels.

    Attributes
    ----------
    loss : float
        The mean over the rows.
    accuracy : float or None
        The share of rows whose largest score is at their label; None of a regression.
    score : float
        R^2 of a regression, else the accuracy.
    """

    loss: float
    accuracy: float | None
    score: float


def predict(net: Container, x: Array, batch_size: int | None, scale: float | None) -> Array:
    """The scores of each row; see `Network.predict`."""
    backend, scale = net.check_inputs(x), factor(scale)
    one, out = x.ndim == 1, None

    def work(rows: slice) -> None:
        nonlocal out
        scores = scores_of(net, backend.cast(x if one else x[rows], net.dtype, scale))
        if one or rows.stop - rows.start >= x.shape[0]:
            out = scores
            return
        if out is None:
            out = backend.xp.empty((x.shape[0], *scores.shape[1:]), dtype=scores.dtype)
        out[rows] = scores

    in_batches(net, x.reshape(1, -1) if one else x, batch_size, scale, work)
    return out


def predict_proba(net: Container, x: Array, batch_size: int | None, scale: float | None) -> Array:
    """The probability of each class, for each row; see `Network.predict_proba`."""
    if not isinstance(net.last_layer, SoftmaxWithLoss):
        raise NetworkError(
            "predict_proba: expected a network whose last layer is SoftmaxWithLoss, got "
            f"{type(net.last_layer).__name__}; use predict, whose scores are no probabilities"
        )
    return softmax(predict(net, x, batch_size, scale))


def accuracy(
    net: Container, x: Array, t: Array, batch_size: int | None, scale: float | None
) -> float:
    """The share of rows whose largest score is at their label; see `Network.accuracy`."""
    if net.is_regression:
        raise NetworkError(
            "accuracy: expected a network that scores classes, got one whose last layer is "
            f"{type(net.last_layer).__name__}, which gives numbers: use net.score(x, t), its R^2"
        )
    return _evaluation(net, x, t, batch_size, scale, "accuracy").score


def evaluate(
    net: Container, x: Array, t: Array, batch_size: int | None, scale: float | None
) -> Evaluation:
    """The mean loss and the accuracy of all rows; see `Network.evaluate`."""
    return _evaluation(net, x, t, batch_size, scale, "evaluate", with_loss=True)


def _evaluation(
    net: Container,
    x: Array,
    t: Array,
    batch_size: int | None,
    scale: float | None,
    caller: str,
    *,
    with_loss: bool = False,
) -> Evaluation:
    """Loss and accuracy, of one way through the layers and one wait; without a loss it is NaN."""
    backend, scale = net.check_inputs(x, t), factor(scale)
    x, t, one = checked_rows(x, backend.asarray(t), caller, "labels")
    fitting = targets = None
    classes = 0
    counts: list[Array] = []
    losses: list[Array] = []
    sizes: list[int] = []

    def work(rows: slice) -> None:
        nonlocal fitting, targets, classes
        scores = scores_of(net, backend.cast(x[rows], net.dtype, scale))
        if fitting is None:  # what fits is known with the first scores
            shape, classes = (x.shape[0], *scores.shape[1:]), int(scores.shape[-1])
            targets = _targets(net, t, shape, one, caller)
            # those of another loss are compared as floats, which are in no range
            kind = None if isinstance(net.last_layer, SoftmaxWithLoss) else backend.dtype("float64")
            fitting = backend.asarray(targets, kind)
        count = backend.count_correct(scores, fitting[rows])
        if with_loss:
            losses.append(net.stack.last_layer.apply(scores, targets[rows]))
            sizes.append(int(scores.shape[0]))
        counts.append(count)

    in_batches(net, x, batch_size, scale, work)
    numbers = backend.floats([*counts, *losses])
    share = float(sum(numbers[: len(counts)]) / x.shape[0])
    if math.isnan(share):  # a device reports a label out of range so, without a synchronisation
        backend.check_labels(fitting, classes)
    if not with_loss:
        return Evaluation(math.nan, share, share)
    means = zip(numbers[len(counts) :], sizes, strict=True)
    return Evaluation(sum(mean * size for mean, size in means) / x.shape[0], share, share)


def _targets(net: Container, t: Array, shape: tuple[int, ...], one: bool, caller: str) -> Array:
    """The labels of each row, if they fit scores of this shape, or `one` row of them."""
    if isinstance(net.last_layer, SoftmaxWithLoss):
        return fitting_labels(net.backend, t, shape[1:] if one else shape, caller, "predict(x)")
    if one:  # another loss has targets of its own kind
        t = labels_of_one_row(t, shape[1] if len(shape) > 1 else 1)
    if t.ndim > 1 and tuple(t.shape[1:]) != shape[1:]:
        raise ShapeError(f"{caller}: t is {tuple(t.shape)}, predict(x) is {shape}")
    return t


def largest_product(net: Container, rows: int) -> int:
    """The operations of the largest product with a parameter, for `Backend.few_threads`."""
    return 2 * rows * max(map(math.prod, net.params.shapes.values()), default=0)


def checked_rows(x: Array, t: Array, caller: str, kind: str) -> tuple[Array, Array, bool]:
    """The rows (N, ...), what belongs to each, and whether one row came alone.

    Parameters
    ----------
    x, t : array
    caller, kind : str
        What an error calls the function, and the entries of `t`.

    Raises
    ------
    ShapeError
        There are no rows, or their number differs from that of `t`.
    """
    if x.ndim == 1:
        return x.reshape(1, -1), t, True
    if x.shape[0] == 0 or t.ndim == 0 or x.shape[0] != t.shape[0]:
        raise ShapeError(
            f"{caller}: x is {tuple(x.shape)}, t is {tuple(t.shape)}; expected as many {kind} as "
            "rows, and at least one"
        )
    return x, t, False


def scores_of(net: Container, x: Array) -> Array:
    """The scores of one batch, which is of the network's dtype."""
    rows = int(x.shape[0]) if x.ndim > 1 else 1
    with net.backend.few_threads(largest_product(net, rows)):
        return net.stack.forward(x, apply)


def factor(scale: Any) -> float | None:
    """`scale` as a Python float: a NumPy one would turn float32 into float64."""
    try:
        factor = None if scale is None else real_number(scale, "scale")
    except (TypeError, ValueError):
        factor = math.nan
    if factor is not None and not math.isfinite(factor):
        raise OptionError(f"scale={scale!r}: expected a finite number, such as 1/255")
    return factor
