"""Relu and Sigmoid (chapter 5.5)."""

from __future__ import annotations

from xpnet.backends import Array, backend_of
from xpnet.layers.base import Layer
from xpnet.layers.matching import matching

__all__ = ["Relu", "Sigmoid"]


class Relu(Layer):
    """``y = x`` where ``x > 0``, 0 elsewhere; NaN stays NaN (chapter 5.5.1).

    Attributes
    ----------
    mask : array of bool, shape of `x`, or None
        Where the last `forward` found ``x <= 0``.

    Examples
    --------
    >>> relu = Relu()
    >>> relu.forward(np.array([[1.0, -0.5], [-2.0, 3.0]]))
    array([[1., 0.],
           [0., 3.]])
    >>> relu.mask
    array([[False,  True],
           [ True, False]])
    """

    capturable = True
    rowwise = True
    saved = ("mask",)

    def __init__(self) -> None:
        self.mask: Array | None = None

    def forward(self, x: Array) -> Array:
        """``max(x, 0)``; keeps the mask.

        Parameters
        ----------
        x : array of any shape

        Returns
        -------
        array, shape and dtype of `x`
        """
        backend = backend_of(x, caller="Relu")
        y, mask = backend.relu_with_mask(x)
        self.mask = backend.asarray(mask)  # of a 0-d array NumPy makes a scalar
        return y

    def apply(self, x: Array) -> Array:
        """``max(x, 0)``, keeping nothing."""
        return backend_of(x, caller="Relu").relu(x)

    def backward(self, dout: Array) -> Array:
        """The gradient where `x` was positive, 0 elsewhere.

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
        mask = self.get_saved("mask")
        return matching(dout, mask, "Relu", "mask").relu_grad(dout, mask)


class Sigmoid(Layer):
    """``y = 1 / (1 + exp(-x))`` (chapter 5.5.2): no overflow, and small results keep their digits.

    Attributes
    ----------
    out : array, shape of `x`, or None
        The output of the last `forward`.

    Examples
    --------
    >>> sigmoid = Sigmoid()
    >>> sigmoid.forward(np.array([0.0, 1000.0]))
    array([0.5, 1. ])
    >>> sigmoid.backward(np.ones(2))
    array([0.25, 0.  ])
    """

    capturable = True
    rowwise = True
    saved = ("out",)

    def __init__(self) -> None:
        self.out: Array | None = None

    def forward(self, x: Array) -> Array:
        """The sigmoid of each entry; keeps it.

        Parameters
        ----------
        x : array of any shape

        Returns
        -------
        array, shape and dtype of `x`
        """
        backend = backend_of(x, caller="Sigmoid")
        self.out = backend.asarray(backend.sigmoid(x))  # of a 0-d array NumPy makes a scalar
        return self.out

    def apply(self, x: Array) -> Array:
        """The sigmoid of each entry, keeping nothing."""
        return backend_of(x, caller="Sigmoid").sigmoid(x)

    def backward(self, dout: Array) -> Array:
        """``dout * (1 - y) * y``: the output alone gives the gradient.

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
        return matching(dout, y, "Sigmoid", "out").sigmoid_grad(dout, y)
