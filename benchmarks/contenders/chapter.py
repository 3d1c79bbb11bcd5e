"""The chapter's code in NumPy and float64, as a reader types it.

Two things differ from the study notes that this project began from: the softmax normalises each
row (not the whole batch), and `Relu.backward` does not overwrite the gradient it is given.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from problems import LR, Data, Problem

from contenders.learner import Learner

__all__ = [
    "Affine",
    "ChapterNet",
    "Relu",
    "SoftmaxWithLoss",
    "chapter_learner",
    "cross_entropy_error",
    "numerical_gradient",
    "softmax",
]

H = 1e-4


class Relu:
    """Section 5.5.1."""

    def forward(self, x: Any) -> Any:
        """``max(x, 0)``."""
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout: Any) -> Any:
        """`dout` where the input was above 0."""
        dx = dout.copy()
        dx[self.mask] = 0
        return dx


class Affine:
    """Section 5.6.2."""

    def __init__(self, W: Any, b: Any) -> None:
        self.W, self.b = W, b

    def forward(self, x: Any) -> Any:
        """``x W + b``."""
        self.x = x
        return np.dot(x, self.W) + self.b

    def backward(self, dout: Any) -> Any:
        """The gradient of the input; those of `W` and `b` are saved."""
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        self.db = np.sum(dout, axis=0)
        return dx


def softmax(x: Any) -> Any:
    """Of each row."""
    shifted = x - np.max(x, axis=1, keepdims=True)
    exp = np.exp(shifted)
    return exp / np.sum(exp, axis=1, keepdims=True)


def cross_entropy_error(y: Any, t: Any) -> Any:
    """The mean over one-hot rows."""
    return -np.sum(t * np.log(y + 1e-7)) / y.shape[0]


class SoftmaxWithLoss:
    """Section 5.6.3."""

    def forward(self, x: Any, t: Any) -> Any:
        """The loss of a batch."""
        self.t, self.y = t, softmax(x)
        return cross_entropy_error(self.y, t)

    def backward(self, dout: float = 1) -> Any:
        """``(y - t) / N``."""
        return dout * (self.y - self.t) / self.t.shape[0]


class ChapterNet:
    """Section 5.7.2, with as many hidden layers as its parameters say.

    Parameters
    ----------
    params : dict of str to ndarray
        W1, b1, W2, b2, ...; float64, written by the caller's updates.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        self.params = params
        self.layers: OrderedDict[str, Any] = OrderedDict()
        depth = len(params) // 2
        for k in range(1, depth + 1):
            self.layers[f"Affine{k}"] = Affine(params[f"W{k}"], params[f"b{k}"])
            if k < depth:
                self.layers[f"Relu{k}"] = Relu()
        self.last_layer = SoftmaxWithLoss()

    def predict(self, x: Any) -> Any:
        """The scores."""
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x: Any, t: Any) -> Any:
        """The loss of a batch with one-hot labels."""
        return self.last_layer.forward(self.predict(x), t)

    def accuracy(self, x: Any, t: Any) -> float:
        """The share of rows that are right."""
        y = np.argmax(self.predict(x), axis=1)
        return float(np.sum(y == np.argmax(t, axis=1)) / x.shape[0])

    def gradient(self, x: Any, t: Any) -> dict[str, Any]:
        """By backpropagation."""
        self.loss(x, t)
        dout = self.last_layer.backward()
        for layer in reversed(self.layers.values()):
            dout = layer.backward(dout)
        grads = {}
        for k in range(1, len(self.params) // 2 + 1):
            affine = self.layers[f"Affine{k}"]
            grads[f"W{k}"], grads[f"b{k}"] = affine.dW, affine.db
        return grads


def numerical_gradient(f: Callable[[], Any], x: Any, entries: Any) -> list[float]:
    """Central differences of `f` in these entries of `x`, one after the other (chapter 4).

    Parameters
    ----------
    f : callable
        Computes the loss anew, from `x` as it is.
    x : ndarray
        Written, and restored.
    entries : iterable of int
        Places in ``x.flat``.
    """
    slopes = []
    for entry in entries:
        index = np.unravel_index(entry, x.shape)
        kept = x[index]
        x[index] = kept + H
        above = f()
        x[index] = kept - H
        below = f()
        slopes.append(float((above - below) / (2 * H)))
        x[index] = kept
    return slopes


def chapter_learner(problem: Problem, data: Data) -> Learner:
    """Steps of section 5.7.4: the loss is computed once more, after the update, as there."""
    indices = problem.indices()
    x, t = data.x, np.eye(10)[data.t]
    x_test, t_test = data.x_test, np.eye(10)[data.t_test]
    params = problem.network().params.items()
    chapter = ChapterNet({name: array.astype("float64") for name, array in params})

    def run(steps: int) -> float:
        for _ in range(steps):
            batch_mask = next(indices)
            x_batch, t_batch = x[batch_mask], t[batch_mask]
            grad = chapter.gradient(x_batch, t_batch)
            for key in chapter.params:
                chapter.params[key] -= LR * grad[key]
            loss = chapter.loss(x_batch, t_batch)
        return float(loss)

    def accuracies() -> tuple[float, float]:
        return chapter.accuracy(x, t), chapter.accuracy(x_test, t_test)

    return Learner(run, accuracies)
