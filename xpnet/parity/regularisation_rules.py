"""Rules for the rounding errors of dropout and batch normalisation, as `layer_rules` says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from xpnet.backends import Array
from xpnet.layers import BatchNorm, Dropout
from xpnet.parity.bounds import INPUT, Bound
from xpnet.parity.normalised import BatchMoments

__all__ = ["REGULARISATION_RULES"]


def _dropout_forward(params: Mapping[str, Array], x: Array) -> Bound:
    # one product, which IEEE 754 rounds the same everywhere: only another mask is a difference
    scale = 1 / (1 - params["rate"])
    return Bound(np.abs(x) * scale, 0, scale)


def _dropout_backward(params: Mapping[str, Array], dout: Array, x: Array) -> dict[str, Bound]:
    return {INPUT: _dropout_forward(params, dout)}


def _dropout_buffers(
    params: Mapping[str, Array], before: Mapping[str, Array], x: Array
) -> dict[str, Bound]:
    return {"steps": Bound(before["steps"] + 1, 0)}


def _batch_norm_forward(params: Mapping[str, Array], x: Array) -> Bound:
    batch, gamma = BatchMoments.of(x, params["eps"]), np.abs(params["gamma"])
    # a product and a sum follow
    floor = np.broadcast_to(gamma * (batch.inv_std + 1), x.shape)
    return Bound(gamma * batch.x_hat + np.abs(params["beta"]), batch.roundings + 2, floor)


def _batch_norm_backward(params: Mapping[str, Array], dout: Array, x: Array) -> dict[str, Bound]:
    # x_hat has its own error, of `batch.roundings` roundings, in each of its two factors
    batch, size = BatchMoments.of(x, params["eps"]), np.abs(dout)
    rows = len(x)
    along = size * batch.x_hat
    # dout - mean(dout) - x_hat * mean(dout * x_hat), then the product with gamma and inv_std
    inner = size + size.mean(axis=0) + batch.x_hat * along.mean(axis=0)
    scale = np.abs(params["gamma"]) * batch.inv_std
    floor = np.broadcast_to(scale, x.shape)
    return {
        INPUT: Bound(scale * batch.spread * inner, 3 * batch.roundings + 2 * rows + 8, floor),
        "gamma": Bound(along.sum(axis=0), batch.roundings + rows + 1),
        "beta": Bound(size.sum(axis=0), rows),
    }


def _batch_norm_buffers(
    params: Mapping[str, Array], before: Mapping[str, Array], x: Array
) -> dict[str, Bound]:
    # 1 - momentum, two products, a sum; and N / (N - 1) with its product for the variance, which
    # has the square of the mean's error besides its own
    batch, momentum = BatchMoments.of(x, params["eps"]), params["momentum"]
    rows = len(x)
    kept = {name: (1 - momentum) * np.abs(array) for name, array in before.items()}
    var = (x.var(axis=0) + batch.size**2) * rows / (rows - 1)
    return {
        "running_mean": Bound(kept["running_mean"] + momentum * batch.size, rows + 4),
        "running_var": Bound(kept["running_var"] + momentum * var, rows + 10),
    }


REGULARISATION_RULES: dict[type, tuple[Callable[..., Any], ...]] = {
    Dropout: (_dropout_forward, _dropout_backward, _dropout_buffers),
    BatchNorm: (_batch_norm_forward, _batch_norm_backward, _batch_norm_buffers),
}
"""Forward, backward and buffers of each, by exact type."""
