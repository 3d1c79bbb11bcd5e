"""SGD and Momentum: steps along the gradient."""

from __future__ import annotations

from xpnet.backends import Array, Backend
from xpnet.checks import below_one
from xpnet.optimizers.base import Optimizer

__all__ = ["SGD", "Momentum"]


class SGD(Optimizer):
    """Stochastic gradient descent: ``W -= lr * grad``.

    Parameters
    ----------
    lr : float
        Learning rate, above 0.

    Examples
    --------
    >>> params = {"W": np.array([1.0, 2.0])}
    >>> SGD(lr=0.1).update(params, {"W": np.array([10.0, 10.0])})
    >>> params["W"]
    array([0., 1.])
    """

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        backend.sgd(param, grad, self.lr)


class Momentum(Optimizer):
    """``v = momentum * v + grad``, then ``W -= lr * v``.

    With a constant `lr` this is the book's ``v = momentum * v - lr * grad; W += v`` (6.1.4).

    Parameters
    ----------
    lr : float
        Learning rate, above 0.
    momentum : float
        From 0 to below 1.

    Examples
    --------
    >>> optimizer, params = Momentum(lr=0.1, momentum=0.5), {"W": np.zeros(1)}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.ones(1)})
    >>> params["W"]
    array([-0.25])
    """

    slots = ("v",)

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = below_one("momentum", momentum)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        (v,) = state
        backend.momentum(param, grad, v, self.lr, self.momentum)
