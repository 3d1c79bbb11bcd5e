"""AdamW: Adam with a weight decay that the scaling of the gradients does not reach."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.optimizers.adam import Adam, averaged
from xpnet.optimizers.schedule import Rate

__all__ = ["AdamW"]


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
    """Adam's step, and ``lr * weight_decay * param`` beside it."""
    m = beta1 * m + rest1 * grad
    v = beta2 * v + rest2 * grad * grad
    step = (m / bias1) / (xp.sqrt(v / bias2) + eps)
    return lr * (step + weight_decay * param), m, v


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
    weight_decay: float | Array,
) -> None:
    decay = weight_decay * param
    step, root = averaged(xp, grad, m, v, bias1, bias2, beta1, rest1, beta2, rest2, eps)
    step /= root
    step += decay
    step *= lr
    param -= step


class AdamW(Adam):
    """`Adam` with decoupled weight decay (Loshchilov and Hutter, 2019).

    ::

        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        step = (m / (1 - beta1**steps)) / (sqrt(v / (1 - beta2**steps)) + eps)
        W -= lr * (step + weight_decay * W)

    Biases do not decay. `Adam` adds the decay to the gradient instead, where it is scaled too.

    Parameters
    ----------
    lr : float or callable
        Learning rate: a number above 0, or a function of the step, such as a schedule.
    beta1, beta2 : float
        From 0 to below 1.
    eps : float
        Above 0.
    weight_decay : float
        From 0 on.
    decay_biases : bool
        Whether biases decay too: parameters of fewer than two dimensions.

    Examples
    --------
    >>> params = {"W": np.ones((1, 2)), "b": np.ones(2)}
    >>> grads = {"W": np.array([[3.0, -50.0]]), "b": np.array([3.0, -50.0])}
    >>> AdamW(lr=0.1, weight_decay=0.5).update(params, grads)
    >>> params["W"].round(6), params["b"].round(6)
    (array([[0.85, 1.05]]), array([0.9, 1.1]))
    """

    decaying = UpdateRule(
        "adamw",
        _decaying,
        state=("m", "v"),
        scalars=("lr", "bias1", "bias2"),
        constants=("beta1", "rest1", "beta2", "rest2", "eps"),
        entrywise=("weight_decay",),
        kernel="""
            m = beta1 * m + rest1 * grad;
            v = beta2 * v + rest2 * grad * grad;
            const T step = (m / bias1) / (sqrt(v / bias2) + eps);
            param -= lr * (step + weight_decay * param);
        """,
        in_place=_in_place,
    )

    def __init__(
        self,
        lr: Rate = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        decay_biases: bool = False,
    ) -> None:
        super().__init__(
            lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            weight_decay=weight_decay,
            decay_biases=decay_biases,
        )
