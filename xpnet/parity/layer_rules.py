"""Rules for the rounding errors of each layer's results.

Every rule takes float64 arrays on the host: the parameters, the gradient of the output, and the
inputs. In float64 the scales have rounding errors too, which are negligible beside the bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xpnet.backends import Array
from xpnet.layers import Affine, MeanSquaredError, SoftmaxWithLoss
from xpnet.parity.activation_rules import ACTIVATION_RULES
from xpnet.parity.bounds import ELEMENTARY, INPUT, Bound
from xpnet.parity.regularisation_rules import REGULARISATION_RULES

__all__ = ["INPUT", "LAYER_RULES", "LayerRule", "batch_bound"]


@dataclass(frozen=True)
class LayerRule:
    """The bounds of one type of layer.

    Attributes
    ----------
    forward : callable
        ``forward(params, *inputs)`` gives the `Bound` of the output. Among the parameters are the
        layer's options.
    backward : callable
        ``backward(params, dout, *inputs)`` gives a mapping: under ``"dx"`` the `Bound` of the
        gradient of the input, under a parameter's name that of its gradient. A missing name has
        no bound.
    buffers : callable, optional
        ``buffers(params, before, *inputs)`` gives, under the name of each buffer, the `Bound` of
        what a forward leaves in it; `before` are the buffers as they were.

    Examples
    --------
    A layer that multiplies by 2, which is exact:

    >>> rule = LayerRule(
    ...     forward=lambda params, x: Bound(abs(2 * x), 0),
    ...     backward=lambda params, dout, x: {"dx": Bound(abs(2 * dout), 0)},
    ... )
    """

    forward: Callable[..., Bound]
    backward: Callable[..., Mapping[str, Bound]]
    buffers: Callable[..., Mapping[str, Bound]] | None = None


# --- y = x @ W + b --------------------------------------------------------------------------


def _product(a: Array, b: Array) -> Bound:
    """``a @ b``: ``gamma_k |a| |b|``, where k counts the terms of each entry that are not 0.

    A subnormal factor may be taken for 0; that error is multiplied by the other factor. Both
    factors of a term may be rounded to TF32.
    """
    size, other = np.abs(a), np.abs(b)
    count = (a != 0).astype("float64") @ (b != 0).astype("float64")
    floor = size.sum(axis=1, keepdims=True) + other.sum(axis=0)
    return Bound(size @ other, count, floor, np.where(count > 0, 2, 0))


def _affine_forward(params: Mapping[str, Array], x: Array) -> Bound:
    product = _product(x.reshape(-1, len(params["W"])), params["W"])
    # the addition of the bias is one more rounding
    scale = product.scale + np.abs(params["b"])
    parts = scale, product.count + 1, product.floor, product.factors
    return Bound(*(part[0] if x.ndim == 1 else part for part in parts))


def _affine_backward(params: Mapping[str, Array], dout: Array, x: Array) -> dict[str, Bound]:
    W = params["W"]
    rows, dout = x.reshape(-1, len(W)), dout.reshape(-1, W.shape[1])
    dx = _product(dout, W.T)
    return {
        INPUT: Bound(*(part.reshape(x.shape) for part in vars(dx).values())),
        "W": _product(rows.T, dout),
        "b": Bound(np.abs(dout).sum(axis=0), (dout != 0).sum(axis=0)),
    }


# --- softmax with loss ----------------------------------------------------------------------


def _softmax(x: Array) -> tuple[Array, Array, Array, Array]:
    """By rows: ``|shifted|``, log of the sum, softmax, and the roundings in the log of the sum.

    A shifted score s is rounded once, which gives exp(s) a relative error of ``|s| u``, and exp
    counts as ELEMENTARY. The relative error of the sum of C such terms, all positive, is their
    mean, weighted by the softmax, and C roundings. The log of the sum has the same error,
    absolutely.
    """
    shifted = x - x.max(axis=-1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=-1, keepdims=True)
    y = exp / total
    roundings = (y * -shifted).sum(axis=-1, keepdims=True) + ELEMENTARY + x.shape[-1]
    return -shifted, np.log(total), y, roundings


def _rows(x: Array, t: Array) -> tuple[Array, Array]:
    """Scores as (N, C), labels as rows (N, C)."""
    x = x.reshape(-1, x.shape[-1])
    if t.size == x.size and (t.ndim == 2 or x.shape[1] > 1):
        return x, t.reshape(x.shape)
    return x, (t.reshape(-1, 1) == np.arange(x.shape[1])).astype("float64")


def _loss_forward(params: Mapping[str, Array], x: Array, t: Array) -> Bound:
    # -sum(t log y), log y = s - log(sum): s is rounded twice (the shift, the subtraction), the
    # log once besides its ELEMENTARY; then C products with t, and a mean over N rows. Labels of
    # both signs may cancel
    x, t = _rows(x, t)
    shift, log_total, _, roundings = _softmax(x)
    # 1: the relative error of the sum is the absolute error of its log
    terms = np.abs(t) * (shift + log_total + 1)
    inner = max(float(roundings.max()), ELEMENTARY + 1.0)
    return Bound(terms.sum() / len(x), inner + x.shape[1] + 2 + len(x) + 1)


def _loss_backward(
    params: Mapping[str, Array], dout: Array, x: Array, t: Array
) -> dict[str, Bound]:
    # dx = (y sum(t) - t) / N. y is exp(s - log(sum)) or exp(s) / sum. It has the absolute error
    # of the argument, 2 |s| + roundings of the sum + (ELEMENTARY + 1) log(sum), and that of exp
    # or a division; then t is rounded, and a subtraction and a division follow. The sum of a
    # row's k labels has k - 1 roundings, and a product with it one
    rows, labels = _rows(x, t)
    shift, log_total, y, roundings = _softmax(rows)
    count = 2 * shift + roundings + (ELEMENTARY + 1) * log_total + ELEMENTARY + 1 + 3
    count += (labels != 0).sum(axis=-1, keepdims=True)
    labels = np.abs(labels)
    scale = (y * labels.sum(axis=-1, keepdims=True) + labels) / len(rows)
    return {INPUT: Bound(np.abs(dout) * scale.reshape(x.shape), count.reshape(x.shape))}


# --- mean squared error ---------------------------------------------------------------------


def _error_forward(params: Mapping[str, Array], x: Array, t: Array) -> Bound:
    # the target is rounded to the dtype, and the difference once more: an error of (|d| + |t|) u
    # in d, which counts twice in d * d; that is rounded too. Then a sum, and a division for the
    # mean of a row and for that of all rows
    size = np.abs(x - t.reshape(x.shape)) + np.abs(t.reshape(x.shape))
    return Bound(np.asarray((size * size).sum() / x.size), 5 + x.size + 3)


def _error_backward(
    params: Mapping[str, Array], dout: Array, x: Array, t: Array
) -> dict[str, Bound]:
    # the difference as above, a rounded factor of 2 / size, two products
    t = t.reshape(x.shape)
    return {INPUT: Bound(np.abs(dout) * (np.abs(x - t) + np.abs(t)) * 2 / x.size, 5)}


def batch_bound(rows: Array, scale: float | None) -> Bound:
    """The bound of gathered rows: a cast, a rounded scale, and the product with it."""
    return Bound(np.abs(rows * (1.0 if scale is None else scale)), 1 if scale is None else 3)


LAYER_RULES: dict[type, Any] = {
    Affine: LayerRule(_affine_forward, _affine_backward),
    **{kind: LayerRule(*pair) for kind, pair in ACTIVATION_RULES.items()},
    **{kind: LayerRule(*rules) for kind, rules in REGULARISATION_RULES.items()},
    SoftmaxWithLoss: LayerRule(_loss_forward, _loss_backward),
    MeanSquaredError: LayerRule(_error_forward, _error_backward),
}
"""By exact type: a subclass may compute otherwise."""
