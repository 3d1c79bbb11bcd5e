"""scikit-learn's MLPClassifier: ``partial_fit`` of one batch after the other."""

from __future__ import annotations

import numpy as np
from problems import LR, Data, Problem

from contenders.learner import Learner

__all__ = ["sklearn_learner"]


def sklearn_learner(problem: Problem, data: Data) -> Learner:
    """Plain SGD, without momentum and weight decay, from the network's own numbers."""
    from sklearn.neural_network import MLPClassifier

    x, t = data.x, data.t
    model = MLPClassifier(
        problem.sizes[1:-1],
        solver="sgd",
        alpha=0,
        batch_size=problem.batch,
        learning_rate_init=LR,
        momentum=0,
        shuffle=False,
    )
    # one step makes its arrays, which are then filled with the start that all share
    model.partial_fit(x[: problem.batch], t[: problem.batch], classes=np.unique(t))
    for k, (W, b) in enumerate(problem.layers()):
        model.coefs_[k][...] = W
        model.intercepts_[k][...] = b

    indices = problem.indices()

    def run(steps: int) -> float:
        for _ in range(steps):
            index = next(indices)
            model.partial_fit(x[index], t[index])
        return float(model.loss_)

    def accuracies() -> tuple[float, float]:
        return float(model.score(x, t)), float(model.score(data.x_test, data.t_test))

    return Learner(run, accuracies)
