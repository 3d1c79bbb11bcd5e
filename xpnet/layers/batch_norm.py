"""BatchNorm: batch normalisation (Ioffe and Szegedy, 2015, arXiv:1502.03167)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xpnet.backends import Array, Backend, backend_of
from xpnet.checks import above_zero, is_number, whole_number
from xpnet.errors import OptionError, ShapeError
from xpnet.initializers import zeros
from xpnet.layers.base import Buffer, Gradient, Layer, Parameter
from xpnet.layers.matching import matching

__all__ = ["BatchNorm"]


class BatchNorm(Layer):
    """``y = gamma * (x - mean) / sqrt(var + eps) + beta``, for each column.

    In training mean and variance are those of the batch, in inference running ones, which each
    `forward` moves towards those of its batch. Conventions are PyTorch's ``BatchNorm1d``: the
    variance of the batch has N in its denominator, the one that is kept N - 1.

    Parameters
    ----------
    size : int
        Columns of the input.
    momentum : float, 0 to 1
        How far a batch moves the running mean and variance.
    eps : float
        Keeps a column that is constant from a division by 0.
    dtype : "float32" or "float64"
        Of parameters and buffers, which are made on the current backend.

    Attributes
    ----------
    gamma, beta : array, shape (size,)
        Parameters, 1 and 0 at first; assigning writes into them.
    dgamma, dbeta : array or None
        Their gradients.
    running_mean, running_var : array, shape (size,)
        Buffers, 0 and 1 at first; assigning writes into them.
    x_hat : array, shape of the input, or None
        The normalised input of the last `forward`.
    inv_std : array, shape (size,), or None
        ``1 / sqrt(var + eps)`` of the last `forward`.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> layer = BatchNorm(2, dtype="float64")
    >>> layer.forward(np.array([[1.0, 10.0], [3.0, 30.0]])).round(4)
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> layer.running_mean, layer.running_var
    (array([0.2, 2. ]), array([ 1.1, 20.9]))
    >>> layer.apply(np.array([0.2, 2.0]))
    array([0., 0.])
    """

    capturable = True
    rowwise = True
    training_rowwise = False
    saved = ("x_hat", "inv_std")

    gamma, beta = Parameter(), Parameter()
    dgamma, dbeta = Gradient(), Gradient()
    running_mean, running_var = Buffer(), Buffer()

    def __init__(
        self, size: int, momentum: float = 0.1, eps: float = 1e-5, *, dtype: Any = "float32"
    ) -> None:
        size = whole_number("size", size)
        if not is_number(momentum) or not 0 <= momentum <= 1:
            raise OptionError(f"momentum: expected a number from 0 to 1, got {momentum!r}")
        self.momentum, self.eps = float(momentum), above_zero("eps", eps)
        self.add_params(gamma=zeros(size, dtype) + 1, beta=zeros(size, dtype))
        self.add_buffers(running_mean=zeros(size, dtype), running_var=zeros(size, dtype) + 1)
        self.x_hat: Array | None = None
        self.inv_std: Array | None = None

    def options(self) -> dict[str, Any]:
        """Size, momentum and eps."""
        return {"size": len(self.gamma), "momentum": self.momentum, "eps": self.eps}

    @classmethod
    def from_params(cls, params: Mapping[str, Array], options: Mapping[str, Any]) -> BatchNorm:
        """A layer with these numbers in its parameters, and new buffers."""
        dtypes = [array.dtype for array in params.values()]
        made = cls(**options, **({"dtype": dtypes[0]} if dtypes else {}))
        made.params.update(params)
        return made

    def forward(self, x: Array) -> Array:
        """Normalise by the batch's own mean and variance, and move the running ones.

        Parameters
        ----------
        x : array, shape (N, size)
            Two rows at least. Read, never written.

        Returns
        -------
        array, shape and dtype of `x`

        Raises
        ------
        ShapeError, MixedBackendError
        """
        running = [self.running_mean, self.running_var]
        y, self.x_hat, self.inv_std = self._normalised(x, running)
        return y

    def apply(self, x: Array) -> Array:
        """Normalise by the running mean and variance, keeping nothing; also one row (size,)."""
        backend = self._fitting(x)
        running = self.running_mean, self.running_var
        return backend.batch_norm_inference(x, self.gamma, self.beta, *running, self.eps)

    def apply_training(self, x: Array) -> Array:
        """Normalise by the batch's own mean and variance, keeping nothing."""
        return self._normalised(x, [])[0]

    def backward(self, dout: Array) -> Array:
        """Set ``dgamma`` and ``dbeta``; return the gradient of `x`.

        The mean and the variance of a column depend on each of its entries::

            dx_hat = dout * gamma
            dx = (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat)) / sqrt(var + eps)

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
        x_hat, inv_std = self.get_saved("x_hat"), self.get_saved("inv_std")
        backend = matching(dout, x_hat, "BatchNorm", "x_hat")
        grads = [self.grads.target("gamma"), self.grads.target("beta")]
        return backend.batch_norm_grad(dout, self.gamma, x_hat, inv_std, grads)

    def _normalised(self, x: Array, running: list[Array]) -> tuple[Array, Array, Array]:
        backend = self._fitting(x)
        if x.ndim == 1 or len(x) < 2:
            raise ShapeError(
                f"BatchNorm: x is {tuple(x.shape)}: expected at least two rows in training, since "
                "one has no variance; choose a batch_size that leaves no single row to the end of "
                "an epoch, to a rank or to a part"
            )
        return backend.batch_norm(x, self.gamma, self.beta, running, self.momentum, self.eps)

    def _fitting(self, x: Array) -> Backend:
        """The backend of an input that has the right columns."""
        gamma, mean = self.gamma, self.running_mean
        names = "x", "gamma", "running_mean"
        backend = backend_of(x, gamma, mean, caller="BatchNorm", names=names)
        if x.ndim not in (1, 2) or x.shape[-1] != len(gamma):
            raise ShapeError(
                f"BatchNorm: x is {tuple(x.shape)}: expected (N, {len(gamma)}), by its size"
            )
        return backend
