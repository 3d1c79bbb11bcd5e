"""Fitting by batches: the solvers adam and sgd."""

from __future__ import annotations

import operator
import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from xpnet.backends import Array
from xpnet.networks import Network
from xpnet.networks.inference import largest_product
from xpnet.optimizers import Optimizer
from xpnet.sklearn.gradients import Gradients
from xpnet.sklearn.optimizers import NesterovVelocity, ReorderedAdam, Velocity
from xpnet.sklearn.rows import Rows
from xpnet.sklearn.stopping import note_loss, note_score, reason
from xpnet.sklearn.validation import Validation

__all__ = ["fit_epochs", "make_optimizer"]

SMALLEST_RATE = 1e-6
"""Of the learning rate 'adaptive': it ends a fit instead of going below."""


def make_optimizer(estimator: Any) -> Optimizer:
    """The optimizer that the parameters of an estimator name."""
    rate = estimator.learning_rate_init
    if estimator.solver == "adam":
        return ReorderedAdam(
            rate, beta1=estimator.beta_1, beta2=estimator.beta_2, eps=estimator.epsilon
        )
    kind = NesterovVelocity if estimator.nesterovs_momentum else Velocity
    return kind(rate, momentum=estimator.momentum)


def fit_epochs(
    estimator: Any, rows: Rows, rng: Any, validation: Validation | None, incremental: bool
) -> None:
    """Train until the loss or the validation score stays as it is, at most `max_iter` epochs.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        With `_net` and `_optimizer`, which learn, and its curves, which grow.
    rows : Rows
    rng : numpy.random.RandomState
        Shuffles the rows of each epoch.
    validation : Validation or None
        Whose score is looked at instead of the loss; at the end the network is as at the best.
    incremental : bool
        Train for one epoch.
    """
    net: Network = estimator._net
    size = _batch_size(estimator, rows.count)
    order, gradients = np.arange(rows.count), Gradients(net, estimator.alpha)
    try:
        with net.backend.few_threads(largest_product(net, size)):
            for _ in range(1 if incremental else estimator.max_iter):
                if estimator.shuffle:
                    order = order[rng.permutation(rows.count)]  # the draw of scikit-learn
                estimator.loss_ = _epoch(estimator, gradients, rows, rows.ordered(order), size)
                _note_epoch(estimator, rows.count, validation)
                if _is_over(estimator):
                    break
            else:
                if not incremental:
                    _warn_of_the_end(estimator.max_iter)
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=5)
    if validation is not None:
        net.params.flat = validation.best.flat


def _warn_of_the_end(epochs: int) -> None:
    warnings.warn(
        f"Maximum iterations ({epochs}) reached and the optimization hasn't converged yet: "
        "give a larger max_iter, or scale the columns of X",
        ConvergenceWarning,
        stacklevel=6,
    )


def _note_epoch(estimator: Any, rows: int, validation: Validation | None) -> None:
    """Count an epoch, compare it with the best one, and tell the optimizer how far it is."""
    estimator.n_iter_ += 1
    estimator.t_ += rows
    estimator.loss_curve_.append(estimator.loss_)
    _say(estimator, f"Iteration {estimator.n_iter_}, loss = {estimator.loss_:.8f}")
    if validation is None:
        note_loss(estimator)
    else:
        score = validation.score(estimator)
        _say(estimator, f"Validation score: {score:f}")
        if note_score(estimator, score):
            validation.keep(estimator._net)
    if estimator.solver == "sgd" and estimator.learning_rate == "invscaling":
        rate = estimator.learning_rate_init / (estimator.t_ + 1) ** estimator.power_t
        estimator._optimizer.lr = rate


def _epoch(estimator: Any, gradients: Gradients, rows: Rows, order: Any, size: int) -> float:
    """A step for each batch; the mean loss of the rows."""
    net, optimizer = estimator._net, estimator._optimizer
    losses: list[Array] = []
    counts: list[int] = []
    with np.errstate(all="ignore"):  # what overflows shows in the parameters
        for start in range(0, rows.count, size):
            batch = rows.batch(order[start : start + size])
            losses.append(gradients.of_batch(*batch))
            counts.append(batch.x.shape[0])
            optimizer.update(net.params, net.grads)
    total: float = sum(map(operator.mul, net.backend.floats(losses), counts))
    return total / rows.count


def _is_over(estimator: Any) -> bool:
    """Whether to stop now; a learning rate that adapts becomes smaller first."""
    why = reason(estimator)
    if why is None:
        return False
    optimizer = estimator._optimizer
    if estimator.solver == "adam" or estimator.learning_rate != "adaptive":
        _say(estimator, f"{why} Stopping.")
        return True
    if optimizer.lr <= SMALLEST_RATE:
        _say(estimator, f"{why} Learning rate too small. Stopping.")
        return True
    optimizer.lr /= 5
    estimator._no_improvement_count = 0
    _say(estimator, f"{why} Setting learning rate to {optimizer.lr:f}")
    return False


def _batch_size(estimator: Any, count: int) -> int:
    if estimator.batch_size == "auto":
        return min(200, count)
    if estimator.batch_size > count:
        warnings.warn(
            f"batch_size={estimator.batch_size} is more than the {count} rows, which are one batch",
            stacklevel=6,
        )
    return min(int(estimator.batch_size), count)


def _say(estimator: Any, words: str) -> None:
    if estimator.verbose:
        print(words)
