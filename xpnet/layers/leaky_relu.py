"""LeakyRelu: a ReLU that lets a part of what is below 0 through (Maas et al., 2013)."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.checks import above_zero
from xpnet.layers.base import Layer
from xpnet.layers.matching import matching

__all__ = ["LeakyRelu"]


class LeakyRelu(Layer):
    """``y = x`` where ``x > 0``, ``slope * x`` elsewhere; NaN stays NaN.

    Parameters
    ----------
    slope : float
        Above 0: with 0 it would be `Relu`.

    Attributes
    ----------
    out : array, shape of `x`, or None
        The output of the last `forward`.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> leaky_relu = LeakyRelu(slope=0.1)
    >>> leaky_relu.forward(np.array([[1.0, -0.5], [-2.0, 3.0]]))
    array([[ 1.  , -0.05],
           [-0.2 ,  3.  ]])
    >>> leaky_relu.backward(np.ones((2, 2)))
    array([[1. , 0.1],
           [0.1, 1. ]])
    """

    capturable = True
    rowwise = True
    saved = ("out",)

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = above_zero("slope", slope)
        self.out: Array | None = None

    def options(self) -> dict[str, Any]:
        """The slope, for a file."""
        return {"slope": self.slope}

    def __repr__(self) -> str:
        return f"LeakyRelu(slope={self.slope:g})"

    def forward(self, x: Array) -> Array:
        """``x`` where it is positive, ``slope * x`` elsewhere; keeps it.

        Parameters
        ----------
        x : array of any shape

        Returns
        -------
        array, shape of `x`; dtype of `x`, or float64 where `x` holds integers
        """
        backend = backend_of(x, caller="LeakyRelu")
        # of a 0-d array NumPy makes a scalar
        self.out = backend.asarray(backend.leaky_relu(x, self.slope))
        return self.out

    def apply(self, x: Array) -> Array:
        """``x`` where it is positive, ``slope * x`` elsewhere, keeping nothing."""
        return backend_of(x, caller="LeakyRelu").leaky_relu(x, self.slope)

    def backward(self, dout: Array) -> Array:
        """The gradient where `x` was positive, `slope` times it elsewhere.

        The output has the sign of `x`, so it alone tells where that was.

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
        return matching(dout, y, "LeakyRelu", "out").leaky_relu_grad(dout, y, self.slope)
