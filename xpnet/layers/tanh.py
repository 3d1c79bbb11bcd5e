"""Tanh: the hyperbolic tangent, a sigmoid from -1 to 1."""

from __future__ import annotations

from xpnet.backends import Array, backend_of
from xpnet.layers.base import Layer
from xpnet.layers.matching import matching

__all__ = ["Tanh"]


class Tanh(Layer):
    """``y = tanh(x)``.

    Attributes
    ----------
    out : array, shape of `x`, or None
        The output of the last `forward`.

    Examples
    --------
    >>> tanh = Tanh()
    >>> tanh.forward(np.array([0.0, 1000.0]))
    array([0., 1.])
    >>> tanh.backward(np.ones(2))
    array([1., 0.])
    """

    capturable = True
    rowwise = True
    saved = ("out",)

    def __init__(self) -> None:
        self.out: Array | None = None

    def forward(self, x: Array) -> Array:
        """The hyperbolic tangent of each entry; keeps it.

        Parameters
        ----------
        x : array of any shape

        Returns
        -------
        array, shape of `x`; dtype of `x`, or float64 where `x` holds integers
        """
        backend = backend_of(x, caller="Tanh")
        self.out = backend.asarray(backend.tanh(x))  # of a 0-d array NumPy makes a scalar
        return self.out

    def apply(self, x: Array) -> Array:
        """The hyperbolic tangent of each entry, keeping nothing."""
        return backend_of(x, caller="Tanh").tanh(x)

    def backward(self, dout: Array) -> Array:
        """``dout * (1 - y * y)``: the output alone gives the gradient.

        Parameters
        ----------
        dout : array, shape of `x`
            Read, never written.

        Returns
        -------
        array, shape and dtype of `dout`

        Raises
        ------
        NotForwardedError, ShapeError, MixedBackendError
        """
        y = self.get_saved("out")
        return matching(dout, y, "Tanh", "out").tanh_grad(dout, y)
