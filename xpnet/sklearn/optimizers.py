"""Adam and SGD with a velocity, as scikit-learn computes them."""

from __future__ import annotations

import math
from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.optimizers import Optimizer

__all__ = ["NesterovVelocity", "ReorderedAdam", "Velocity"]


def _adam(
    xp: Any,
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    rate: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[Array, ...]:
    m = beta1 * m + grad
    v = beta2 * v + grad * grad
    return rate * (m / (xp.sqrt(v) + eps)), m, v


def _adam_in_place(
    xp: Any,
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    rate: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> None:
    made = xp.multiply(grad, grad)
    m *= beta1
    m += grad
    v *= beta2
    v += made
    xp.sqrt(v, out=made)
    made += eps
    xp.divide(m, made, out=made)
    made *= rate
    param -= made


class ReorderedAdam(Optimizer):
    """Adam, with `eps` added to the root of an average that is not corrected for its start.

    ::

        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        W -= lr * sqrt(1 - beta2**steps) / (1 - beta1**steps) * m / (sqrt(v) + eps)

    This is the order at the end of section 2 of Kingma and Ba (2015). The state holds the averages
    without their factors ``1 - beta``, which go into the rate and into `eps`: two passes over the
    parameters less.

    Parameters
    ----------
    lr, eps : float
        Above 0.
    beta1, beta2 : float
        From 0 to below 1.

    Examples
    --------
    >>> from xpnet.sklearn.optimizers import ReorderedAdam
    >>> params = {"W": np.zeros(2)}
    >>> ReorderedAdam(0.1, beta1=0.9, beta2=0.999, eps=1e-8).update(
    ...     params, {"W": np.array([3.0, -50.0])}
    ... )
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    rule = UpdateRule(
        "reordered_adam",
        _adam,
        state=("m", "v"),
        scalars=("rate",),
        constants=("beta1", "beta2", "eps"),
        kernel="""
            m = beta1 * m + grad;
            v = beta2 * v + grad * grad;
            param -= rate * (m / (sqrt(v) + eps));
        """,
        in_place=_adam_in_place,
    )

    def __init__(self, lr: float, *, beta1: float, beta2: float, eps: float) -> None:
        super().__init__(lr)
        self.betas, self.eps = (beta1, beta2), eps

    def options(self) -> dict[str, Any]:
        """`lr`, `beta1`, `beta2` and `eps`."""
        beta1, beta2 = self.betas
        return {**super().options(), "beta1": beta1, "beta2": beta2, "eps": self.eps}

    def scalars(self, step: int) -> dict[str, float]:
        """The rate, with what corrects both averages and the factors that they lack."""
        beta1, beta2 = self.betas
        corrected = math.sqrt(1 - beta2**step) / (1 - beta1**step)
        return {"rate": self.rate(step) * corrected * (1 - beta1) / math.sqrt(1 - beta2)}

    def constants(self) -> dict[str, float]:
        """`beta1`, `beta2`, and `eps` as it stands beside the root without its factor."""
        beta1, beta2 = self.betas
        return {"beta1": beta1, "beta2": beta2, "eps": self.eps / math.sqrt(1 - beta2)}


def _velocity(
    xp: Any, param: Array, grad: Array, v: Array, lr: float, momentum: float
) -> tuple[Array, ...]:
    v = momentum * v - lr * grad
    return -v, v


class Velocity(Optimizer):
    """``v = momentum * v - lr * grad``, then ``W += v``.

    The velocity holds the learning rates of the steps it comes from: where `lr` changes, this is
    not `Momentum`, whose sum of gradients takes the rate of the step.

    Parameters
    ----------
    lr : float
        Learning rate, above 0.
    momentum : float
        From 0 to 1.

    Examples
    --------
    >>> from xpnet.sklearn.optimizers import Velocity
    >>> optimizer, params = Velocity(0.1, momentum=0.5), {"W": np.zeros(1)}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.ones(1)})
    >>> params["W"]
    array([-0.25])
    """

    rule = UpdateRule(
        "velocity",
        _velocity,
        state=("v",),
        constants=("momentum",),
        kernel="v = momentum * v - lr * grad; param += v",
    )

    def __init__(self, lr: float, *, momentum: float) -> None:
        super().__init__(lr)
        self.momentum = momentum

    def options(self) -> dict[str, Any]:
        """`lr` and `momentum`."""
        return {**super().options(), "momentum": self.momentum}

    def constants(self) -> dict[str, float]:
        """`momentum`."""
        return {"momentum": self.momentum}


def _nesterov(
    xp: Any, param: Array, grad: Array, v: Array, lr: float, momentum: float
) -> tuple[Array, ...]:
    v = momentum * v - lr * grad
    return lr * grad - momentum * v, v


class NesterovVelocity(Velocity):
    """``v = momentum * v - lr * grad``, then ``W += momentum * v - lr * grad``.

    Examples
    --------
    >>> from xpnet.sklearn.optimizers import NesterovVelocity
    >>> params = {"W": np.zeros(1)}
    >>> NesterovVelocity(0.1, momentum=0.5).update(params, {"W": np.ones(1)})
    >>> params["W"]
    array([-0.15])
    """

    rule = UpdateRule(
        "nesterov_velocity",
        _nesterov,
        state=("v",),
        constants=("momentum",),
        kernel="v = momentum * v - lr * grad; param += momentum * v - lr * grad",
    )
