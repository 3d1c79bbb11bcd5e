"""The one check of a gradient against what an activation kept."""

from __future__ import annotations

from xpnet.backends import Array, Backend, backend_of
from xpnet.errors import ShapeError

__all__ = ["matching"]


def matching(dout: Array, kept: Array, layer: str, name: str) -> Backend:
    """The backend of a gradient that fits what forward kept.

    Parameters
    ----------
    dout : array
        The gradient of the output.
    kept : array, shape of the output
    layer, name : str
        What an error calls the layer and what it kept.

    Raises
    ------
    ShapeError, MixedBackendError

    Examples
    --------
    >>> from xpnet.layers.matching import matching
    >>> matching(np.ones(2), np.zeros(2), "Relu", "mask").name
    'numpy'
    """
    backend = backend_of(dout, kept, caller=layer, names=("dout", name))
    shape = tuple(getattr(dout, "shape", ()))
    if shape != tuple(kept.shape):
        raise ShapeError(
            f"{layer}: dout is {shape}, the output was {tuple(kept.shape)}: "
            "backward takes the gradient of the last forward's output"
        )
    return backend
