"""The chapter's training step, written plainly: what somebody types who puts CuPy for NumPy.

The data stays on the host, as `load_mnist` of the chapter gives it; labels are one-hot rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["PlainNet", "plain_step"]


class PlainNet:
    """Affine, ReLU, Affine and softmax with loss, as in 5.5 to 5.7."""

    def __init__(self, xp: Any, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.xp = xp
        self.params = {
            "W1": xp.asarray(0.01 * rng.normal(size=(784, 50))),
            "b1": xp.zeros(50),
            "W2": xp.asarray(0.01 * rng.normal(size=(50, 10))),
            "b2": xp.zeros(10),
        }

    def loss(self, x: Any, t: Any) -> Any:
        xp, p = self.xp, self.params
        self.x, self.t = x, t
        h = xp.dot(x, p["W1"]) + p["b1"]
        self.mask = h <= 0
        self.h = h.copy()
        self.h[self.mask] = 0
        a = xp.dot(self.h, p["W2"]) + p["b2"]
        a = a - xp.max(a, axis=1, keepdims=True)
        self.y = xp.exp(a) / xp.sum(xp.exp(a), axis=1, keepdims=True)
        labels = t.argmax(axis=1)
        picked = self.y[xp.arange(len(x)), labels]
        return -xp.sum(xp.log(picked + 1e-7)) / len(x)

    def gradient(self) -> dict[str, Any]:
        """Of the last loss."""
        xp, p, x, t = self.xp, self.params, self.x, self.t
        da = (self.y - t) / len(x)
        dh = xp.dot(da, p["W2"].T)
        dh[self.mask] = 0
        return {
            "W1": xp.dot(x.T, dh),
            "b1": xp.sum(dh, axis=0),
            "W2": xp.dot(self.h.T, da),
            "b2": xp.sum(da, axis=0),
        }


def plain_step(net: PlainNet, x: Any, t: Any, lr: float = 0.1) -> float:
    """Loss, gradient and update; the loss for the list is this one, as the Trainer's is."""
    loss = net.loss(net.xp.asarray(x), net.xp.asarray(t))
    grads = net.gradient()
    for name in net.params:
        net.params[name] -= lr * grads[name]
    return float(loss)
