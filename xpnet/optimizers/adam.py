"""Adam: steps along an average of the gradients, scaled by that of their squares."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.checks import above_zero, below_one
from xpnet.optimizers.schedule import Rate
from xpnet.optimizers.weight_decay import DecayingOptimizer

__all__ = ["Adam", "averaged"]


def _formula(
    xp: Any,
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    lr: float,
    bias1: float,
    bias2: float,
    beta1: float,
    rest1: float,
    beta2: float,
    rest2: float,
    eps: float,
) -> tuple[Array, ...]:
    """Both averages, ``rest = 1 - beta``; ``bias = 1 - beta ** steps`` makes up for their start."""
    m = beta1 * m + rest1 * grad
    v = beta2 * v + rest2 * grad * grad
    return lr * (m / bias1) / (xp.sqrt(v / bias2) + eps), m, v


def averaged(
    xp: Any,
    grad: Array,
    m: Array,
    v: Array,
    bias1: float,
    bias2: float,
    beta1: float,
    rest1: float,
    beta2: float,
    rest2: float,
    eps: float,
) -> tuple[Array, Array]:
    """Write both averages over the old; return ``m / bias1`` and ``sqrt(v / bias2) + eps``."""
    mean, root = xp.multiply(rest1, grad), xp.multiply(rest2, grad)
    m *= beta1
    m += mean
    root *= grad
    v *= beta2
    v += root
    xp.divide(m, bias1, out=mean)
    xp.divide(v, bias2, out=root)
    xp.sqrt(root, out=root)
    root += eps
    return mean, root


def _in_place(
    xp: Any,
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    lr: float,
    bias1: float,
    bias2: float,
    beta1: float,
    rest1: float,
    beta2: float,
    rest2: float,
    eps: float,
) -> None:
    step, root = averaged(xp, grad, m, v, bias1, bias2, beta1, rest1, beta2, rest2, eps)
    step *= lr
    step /= root
    param -= step


def _decaying(
    xp: Any,
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    lr: float,
    bias1: float,
    bias2: float,
    beta1: float,
    rest1: float,
    beta2: float,
    rest2: float,
    eps: float,
    weight_decay: float | Array,
) -> tuple[Array, ...]:
    """The same with ``grad + weight_decay * param``."""
    numbers = lr, bias1, bias2, beta1, rest1, beta2, rest2, eps
    return _formula(xp, param, grad + weight_decay * param, m, v, *numbers)


def _decaying_in_place(
    xp: Any,
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    lr: float,
    bias1: float,
    bias2: float,
    beta1: float,
    rest1: float,
    beta2: float,
    rest2: float,
    eps: float,
    weight_decay: float | Array,
) -> None:
    numbers = lr, bias1, bias2, beta1, rest1, beta2, rest2, eps
    _in_place(xp, param, grad + weight_decay * param, m, v, *numbers)


class Adam(DecayingOptimizer):
    """Averages of the gradient and of its square, corrected for bias (Kingma and Ba, 2015).

    ::

        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        W -= lr * (m / (1 - beta1**steps)) / (sqrt(v / (1 - beta2**steps)) + eps)

    Parameters
    ----------
    lr : float or callable
        Learning rate: a number above 0, or a function of the step, such as a schedule.
    beta1, beta2 : float
        From 0 to below 1.
    eps : float
        Above 0.
    weight_decay : float
        From 0 on: so much of each weight is added to its gradient (L2 regularisation), and scaled
        with it; `AdamW` takes it from the weight itself.
    decay_biases : bool
        Whether biases decay too: parameters of fewer than two dimensions.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> Adam(lr=0.1).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    rule = UpdateRule(
        "adam",
        _formula,
        state=("m", "v"),
        scalars=("lr", "bias1", "bias2"),
        constants=("beta1", "rest1", "beta2", "rest2", "eps"),
        kernel="""
            m = beta1 * m + rest1 * grad;
            v = beta2 * v + rest2 * grad * grad;
            param -= lr * (m / bias1) / (sqrt(v / bias2) + eps);
        """,
        in_place=_in_place,
    )
    decaying = UpdateRule(
        "adam_decaying",
        _decaying,
        state=("m", "v"),
        scalars=("lr", "bias1", "bias2"),
        constants=("beta1", "rest1", "beta2", "rest2", "eps"),
        entrywise=("weight_decay",),
        kernel="""
            const T slope = grad + weight_decay * param;
            m = beta1 * m + rest1 * slope;
            v = beta2 * v + rest2 * slope * slope;
            param -= lr * (m / bias1) / (sqrt(v / bias2) + eps);
        """,
        in_place=_decaying_in_place,
    )

    def __init__(
        self,
        lr: Rate = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decay_biases: bool = False,
    ) -> None:
        super().__init__(lr, weight_decay, decay_biases)
        self.betas = below_one("beta1", beta1), below_one("beta2", beta2)
        self.eps = above_zero("eps", eps)

    def options(self) -> dict[str, Any]:
        """`lr`, `beta1`, `beta2`, `eps`, `weight_decay` and `decay_biases`."""
        beta1, beta2 = self.betas
        return {**super().options(), "beta1": beta1, "beta2": beta2, "eps": self.eps}

    def scalars(self, step: int) -> dict[str, float]:
        """The learning rate, and what corrects both averages for their start at 0."""
        beta1, beta2 = self.betas
        return {"lr": self.rate(step), "bias1": 1 - beta1**step, "bias2": 1 - beta2**step}

    def constants(self) -> dict[str, float]:
        """`beta1` and `beta2` with what is left of them to 1, and `eps`."""
        beta1, beta2 = self.betas
        # in float32 the kernel's 1 - beta would lose digits where beta is near 1
        rest = {"rest1": 1 - beta1, "rest2": 1 - beta2}
        return {"beta1": beta1, "beta2": beta2, **rest, "eps": self.eps}
