"""AdaGrad, RMSProp and Adam: steps scaled by the gradients that came before."""

from __future__ import annotations

from xpnet.backends import Array, Backend
from xpnet.checks import above_zero, below_one
from xpnet.optimizers.base import Optimizer

__all__ = ["AdaGrad", "Adam", "RMSProp"]


class AdaGrad(Optimizer):
    """``h += grad ** 2``, then ``W -= lr * grad / (sqrt(h) + eps)`` (Duchi et al., 2011).

    Parameters
    ----------
    lr, eps : float
        Above 0.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> AdaGrad(lr=0.1).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    slots = ("h",)

    def __init__(self, lr: float = 0.01, eps: float = 1e-10) -> None:
        super().__init__(lr)
        self.eps = above_zero("eps", eps)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        (h,) = state
        backend.adagrad(param, grad, h, self.lr, self.eps)


class RMSProp(Optimizer):
    """``h = decay * h + (1 - decay) * grad ** 2``, then as `AdaGrad` (Tieleman and Hinton, 2012).

    Parameters
    ----------
    lr, eps : float
        Above 0.
    decay : float
        From 0 to below 1.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> RMSProp(lr=0.1, decay=0.75).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.2,  0.2])
    """

    slots = ("h",)

    def __init__(self, lr: float = 0.01, decay: float = 0.99, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.decay = below_one("decay", decay)
        self.eps = above_zero("eps", eps)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        (h,) = state
        backend.rmsprop(param, grad, h, self.lr, self.decay, self.eps)


class Adam(Optimizer):
    """Averages of the gradient and of its square, their bias mended (Kingma and Ba, 2015).

    ::

        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        W -= lr * (m / (1 - beta1**steps)) / (sqrt(v / (1 - beta2**steps)) + eps)

    Parameters
    ----------
    lr, eps : float
        Above 0.
    beta1, beta2 : float
        From 0 to below 1.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> Adam(lr=0.1).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    slots = ("m", "v")

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        super().__init__(lr)
        self.betas = below_one("beta1", beta1), below_one("beta2", beta2)
        self.eps = above_zero("eps", eps)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        m, v = state
        backend.adam(param, grad, m, v, self.lr, self.betas, self.eps, self.steps)
