"""Affine: ``y = x @ W + b`` (chapter 5.6.1 and 5.6.2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.checks import whole_number
from xpnet.errors import ArgumentTypeError, ShapeError
from xpnet.initializers import Seed, floating, seeded, weights, zeros
from xpnet.layers.base import Gradient, Layer, Parameter

__all__ = ["Affine"]


class Affine(Layer):
    """An affine map of every row.

    Parameters
    ----------
    W : array, shape (in, out), floating
    b : array, shape (out,), floating
        Both are kept as they are, not copied, so that ``W -= lr * dW`` reaches the layer.

    Attributes
    ----------
    W, b : array
        Assigning writes into them.
    dW, db : array or None
        Their gradients, in the dtype of `W` and `b`; None before the first `backward`.
    x : array or None
        The input of the last `forward`.

    Raises
    ------
    ShapeError, MixedBackendError, ArgumentTypeError
        `W` and `b` do not fit, live on two backends, or are not floating.

    Examples
    --------
    >>> affine = Affine(np.ones((2, 3)), np.array([1.0, 2.0, 3.0]))
    >>> affine.forward(np.array([[0.0, 0.0], [5.0, 5.0]]))
    array([[ 1.,  2.,  3.],
           [11., 12., 13.]])
    >>> affine.backward(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    array([[ 6.,  6.],
           [15., 15.]])
    >>> affine.db
    array([5., 7., 9.])
    """

    capturable = True
    rowwise = True
    saved = ("x",)

    W, b = Parameter(), Parameter()
    dW, db = Gradient(), Gradient()

    def __init__(self, W: Array, b: Array) -> None:
        backend = backend_of(W, b, caller="Affine", names=("W", "b"))
        if W.ndim != 2 or tuple(b.shape) != (W.shape[1],):
            raise ShapeError(
                f"Affine: W is {tuple(W.shape)}, b is {tuple(b.shape)}; "
                "W must be (in, out) and b (out,)"
            )
        for name, array in (("W", W), ("b", b)):
            if not backend.is_floating(array):
                raise ArgumentTypeError(
                    f"Affine: {name} is {array.dtype}, which cannot learn: "
                    f"write xpnet.asarray({name}, 'float32')"
                )
        self.add_params(W=W, b=b)
        self.x: Array | None = None

    @classmethod
    def of(
        cls,
        input_size: int,
        output_size: int,
        *,
        init: float | str = "he",
        seed: Seed = None,
        dtype: Any = "float32",
    ) -> Affine:
        """A layer of these sizes with random weights and biases of 0, on the current backend.

        Parameters
        ----------
        input_size, output_size : int
        init : "he", "xavier" or a standard deviation
            Of the weights, which are normal: ``"he"`` is ``sqrt(2 / input_size)``, for ReLU and
            its kin; ``"xavier"`` is ``sqrt(1 / input_size)``, for tanh and the sigmoid.
        seed : int, numpy Generator or None
            The same seed gives the same weights on every backend, up to rounding. A generator that
            several layers share gives each its own.
        dtype : "float32" or "float64"

        Raises
        ------
        OptionError
            A size is no whole number from 1 on, memory could not hold the weights, or an option is
            none of these.

        Examples
        --------
        >>> rng = np.random.default_rng(0)
        >>> layers = [Affine.of(64, 32, seed=rng), Tanh(), Affine.of(32, 1, seed=rng)]
        >>> Network(layers, MeanSquaredError()).sizes
        (64, 32, 1)
        """
        fan_in = whole_number("input_size", input_size)
        fan_out = whole_number("output_size", output_size)
        made = floating(dtype)
        return cls(weights(seeded(seed), fan_in, fan_out, init, made), zeros(fan_out, made))

    def forward(self, x: Array) -> Array:
        """``y = x @ W + b``; keeps `x`.

        Parameters
        ----------
        x : array, shape (N, in) or (in,), or (N, ...) that flattens to (N, in)
            Read, never written; kept until the next `forward`.

        Returns
        -------
        array, shape (N, out), or (out,) for one row
        """
        y = self.apply(x)
        self.x = x
        return y

    def apply(self, x: Array) -> Array:
        """``y = x @ W + b``, keeping nothing."""
        W = self.W
        backend = backend_of(x, W, caller="Affine", names=("x", "W"))
        y = backend.matmul(_rows(x, W), W)  # (N, out)
        y += self.b
        return y[0] if x.ndim == 1 else y

    def backward(self, dout: Array) -> Array:
        """Set ``dW`` and ``db``; return the gradient of `x`.

        Parameters
        ----------
        dout : array, shape of the output
            Read, never written.

        Returns
        -------
        array, shape of `x`

        Raises
        ------
        NotForwardedError, ShapeError, MixedBackendError
        """
        self.backward_params(dout)
        W = self.W
        dx = backend_of(W).matmul(dout.reshape(-1, W.shape[1]), W.T)  # dx = dout @ W.T (N, in)
        return dx.reshape(self.get_saved("x").shape)

    def backward_params(self, dout: Array) -> None:
        """Set ``dW`` and ``db`` only: a third less arithmetic where no layer stands before."""
        x, W = self.get_saved("x"), self.W
        backend = backend_of(dout, W, caller="Affine", names=("dout", "W"))
        x, dout = _fitting(x, dout, W)
        backend.matmul(x.T, dout, out=self.grads.target("W"))  # dW = x.T @ dout       (in, out)
        backend.xp.sum(dout, axis=0, out=self.grads.target("b"))  # db = dout.sum(axis=0) (out,)

    def affected_rows(self, name: str, x: Array) -> Array | None:
        """W[i, :] moves the rows where x[:, i] is not 0; b moves all."""
        backend_of(x, self.W, caller="Affine", names=("x", "W"))
        return (_rows(x, self.W) != 0).T if name == "W" else None

    def perturbed(self, name: str, index: Sequence[int], h: float, x: Array, y: Array) -> Array:
        """Moving W[i, j] by h moves column j by h * x[:, i]; moving b[j], column j by h."""
        xp = backend_of(x, self.W, y, caller="Affine", names=("x", "W", "y")).xp
        rows, y = _rows(x, self.W), y.reshape(-1, self.W.shape[1])
        entries = xp.asarray(index)
        i, j = entries // y.shape[1], entries % y.shape[1]
        out = xp.empty((len(index), *y.shape), dtype=y.dtype)
        out[...] = y
        out[xp.arange(len(index)), :, j] += h * rows.T[i] if name == "W" else h  # (K, N)
        return out


def _rows(x: Array, W: Array) -> Array:
    """`x`, an array of the backend of `W`, as (N, in)."""
    width = W.shape[0]
    if x.ndim == 2 and x.shape[1] == width:
        return x
    row = x.ndim == 1 and x.shape[0] == width
    if not row and (x.ndim < 2 or math.prod(x.shape[1:]) != width):
        raise ShapeError(f"Affine: x is {tuple(x.shape)}, W takes (N, {width}); check input_size")
    return x.reshape(1 if row else x.shape[0], width)


def _fitting(x: Array, dout: Array, W: Array) -> tuple[Array, Array]:
    """The input as (N, in), and `dout`, which must be a gradient of its output, as (N, out)."""
    width, out = W.shape
    shape = (out,) if x.ndim == 1 else (x.shape[0], out)
    came = getattr(dout, "shape", ())  # a number has none
    if came != shape:
        raise ShapeError(f"Affine: dout is {tuple(came)}, the output was {shape}")
    return x.reshape(-1, width), dout.reshape(-1, out)
