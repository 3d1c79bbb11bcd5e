"""The chain rule of a loss: its gradient times that of what follows it."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.errors import ShapeError

__all__ = ["times"]


def times(dx: Array, dout: Any, layer: str) -> Array:
    """``dout * dx``, written over `dx` where `dout` is not 1.

    Parameters
    ----------
    dx : array
        The gradient of the scores for a `dout` of 1; the caller's own.
    dout : number or 0-d array
        The gradient of the loss.
    layer : str
        What an error calls the layer.

    Raises
    ------
    ShapeError, MixedBackendError

    Examples
    --------
    >>> from xpnet.layers.loss_gradient import times
    >>> times(np.array([1.0, -2.0]), 3, "MeanSquaredError")
    array([ 3., -6.])
    """
    # the type is asked first: comparing a device's array with 1 would wait for the device
    if isinstance(dout, (int, float)) and dout == 1:
        return dx
    backend_of(dout, dx, caller=layer, names=("dout", "y"))
    if getattr(dout, "ndim", 0):
        raise ShapeError(
            f"{layer}: dout is {tuple(dout.shape)}; the loss is one number, and so is its gradient"
        )
    dx *= dout  # in place, so that a wider dout does not change the dtype
    return dx
