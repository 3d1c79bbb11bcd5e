"""The functions behind the layers, without state: each on the backend of its input."""

from __future__ import annotations

import math
from typing import Any

from xpnet.backends import Array, Backend, backend_of, scores_and_labels
from xpnet.checks import check_memory, is_number, whole_number
from xpnet.errors import ArgumentTypeError, LabelError, OptionError, ShapeError

__all__ = ["cross_entropy_error", "one_hot", "relu", "sigmoid", "softmax", "weighted_labels"]


def relu(x: Array) -> Array:
    """``max(x, 0)`` of each entry; NaN stays NaN.

    Parameters
    ----------
    x : array of any shape, of real numbers

    Returns
    -------
    array, shape and dtype of `x`

    Examples
    --------
    >>> relu(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 2.])
    """
    return backend_of(x, caller="relu").relu(x)


def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))`` of each entry: no overflow, and small results keep their digits.

    Parameters
    ----------
    x : array of any shape, of real numbers

    Returns
    -------
    array, shape and dtype of `x`

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return backend_of(x, caller="sigmoid").sigmoid(x)


def softmax(x: Array) -> Array:
    """``exp(x) / sum(exp(x))`` of each row, shifted by the row's maximum.

    Parameters
    ----------
    x : array, shape (N, C) or (C,)

    Returns
    -------
    array, shape of `x`, each row sums to 1; dtype of `x`, or float64 where `x` holds integers

    Raises
    ------
    ShapeError
        `x` has another number of axes, or no classes.

    Examples
    --------
    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    backend = backend_of(x, caller="softmax")
    if x.ndim not in (1, 2) or x.shape[-1] == 0:
        raise ShapeError(f"softmax: x is {tuple(x.shape)}; expected (N, classes) or (classes,)")
    if not backend.is_floating(x):
        x = backend.asarray(x, backend.dtype("float64"))
    return backend.softmax(x.reshape(-1, x.shape[-1])).reshape(x.shape)


def cross_entropy_error(y: Array, t: Array) -> Array:
    """``-sum(t * log(y)) / N`` for probabilities `y` (chapter 4.2.4).

    Exact: where the chapter adds 1e-7 inside the logarithm, a label of probability 0 costs
    infinity here. To train, use `SoftmaxWithLoss`, which goes from scores to loss without
    rounding in between.

    Parameters
    ----------
    y : array, shape (N, C) or (C,), floating
        Probabilities.
    t : array, integers (N,) or rows (N, C) of any sum; for one row, an integer or (C,)

    Returns
    -------
    scalar or 0-d array, dtype of `y`

    Raises
    ------
    ShapeError, LabelError, MixedBackendError

    Examples
    --------
    >>> y = np.array([[0.1, 0.9], [0.5, 0.5]])
    >>> float(cross_entropy_error(y, np.array([1, 0])))
    0.39925384810888576
    """
    backend = backend_of(y, t, caller="cross_entropy_error", names=("y", "t"))
    xp = backend.xp
    y, t = scores_and_labels(backend, y, t, "cross_entropy_error", "y")
    t = backend.one_hot(t, y.shape[1], y.dtype) if t.ndim == 1 else backend.asarray(t, y.dtype)
    # a class without weight adds nothing, even where log(0) is -inf
    rows = xp.sum(t * xp.log(xp.where(t == 0, 1, y)), axis=1)
    return -xp.mean(rows)  # which in float16 does not add up what is beyond it


def one_hot(t: Array, num_classes: int, dtype: Any = "float32") -> Array:
    """Row ``t[i]`` of the identity matrix for each label.

    Parameters
    ----------
    t : array of integers, shape (N,)
    num_classes : int
    dtype : dtype or its name

    Returns
    -------
    array, shape (N, num_classes)

    Raises
    ------
    LabelError
        `t` holds no integers, or one outside ``0 .. num_classes - 1``.
    OptionError
        `num_classes` is no whole number from 1 on, or memory could not hold the rows.
    ArgumentTypeError
        `dtype` is not one of real numbers.

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    backend = _backend_of_labels(t, "one_hot")
    classes = whole_number("num_classes", num_classes)
    made = backend.dtype(dtype)
    one = backend.xp.zeros(1, dtype=made)
    if not backend.takes(one):
        raise ArgumentTypeError(
            f"one_hot: dtype={dtype!r}: expected real numbers, such as 'float32'"
        )
    check_memory("one_hot: so many classes", max(1, t.shape[0]) * one.nbytes * classes)
    return backend.one_hot(t, classes, made)


def weighted_labels(
    t: Array, weights: Any = "balanced", num_classes: int | None = None, dtype: Any = "float32"
) -> Array:
    """Label rows that weigh the classes: ``one_hot(t) * weights``, to train on rare classes.

    With them the loss of `SoftmaxWithLoss` is ``mean(weights[t] * -log(y[t]))`` over the rows of a
    batch. It is not divided by the sum of the weights; those of ``"balanced"`` have the mean 1 over
    the rows of `t`. Accuracy is as with the labels, but rows of weight 0 are never right.

    Parameters
    ----------
    t : array of integers, shape (N,)
    weights : "balanced" or sequence of float
        A weight from 0 on for each class. "balanced" makes all classes that occur count alike:
        ``N / (classes that occur * rows of the class)``, as scikit-learn computes it.
    num_classes : int, optional
        By default the largest label and one, or as many as there are weights.
    dtype : dtype or its name
        A floating one.

    Returns
    -------
    array, shape (N, num_classes)

    Raises
    ------
    OptionError
        The weights are something else, or not one for each class.
    LabelError, ArgumentTypeError
        As for `one_hot`; or there is no label to balance, or `dtype` is not floating.

    Examples
    --------
    >>> t = np.array([0, 0, 0, 1])
    >>> weighted_labels(t)[[0, 3]]
    array([[0.6666667, 0.       ],
           [0.       , 2.       ]], dtype=float32)
    >>> weighted_labels(t, [1, 5])[3]
    array([0., 5.], dtype=float32)
    """
    backend, xp = _backend_of_labels(t, "weighted_labels"), backend_of(t).xp
    balanced = isinstance(weights, str) and weights == "balanced"
    if balanced and t.shape[0] == 0:
        raise LabelError("weighted_labels: expected labels to balance, got none")
    factors = [] if balanced else _checked_weights(weights)
    if num_classes is None:
        num_classes = int(t.max()) + 1 if balanced else len(factors)
    rows = one_hot(t, num_classes, dtype)
    if not backend.is_floating(rows):
        raise ArgumentTypeError(f"weighted_labels: dtype={dtype!r}: expected a floating one")
    if balanced:
        counts = xp.bincount(backend.asarray(t, backend.dtype("int64")), minlength=num_classes)
        factors = t.shape[0] / (int((counts > 0).sum()) * xp.where(counts == 0, 1, counts))
    elif len(factors) != num_classes:
        raise OptionError(
            f"weights: expected one for each of {num_classes} classes, got {len(factors)}"
        )
    rows *= backend.asarray(factors, rows.dtype)
    return rows


def _checked_weights(weights: Any) -> list[float]:
    values = weights.tolist() if hasattr(weights, "tolist") else weights
    numbers = list(values) if isinstance(values, (list, tuple)) else []
    right = [is_number(value) and 0 <= value < math.inf for value in numbers]
    if not all(right) or not any(numbers):
        raise OptionError(
            "weights: expected 'balanced', or a number from 0 on for each class and one above 0, "
            f"got {weights!r:.100}"
        )
    return [float(value) for value in numbers]


def _backend_of_labels(t: Array, caller: str) -> Backend:
    backend = backend_of(t, caller=caller)
    if t.ndim != 1 or not backend.is_integer(t):
        raise LabelError(
            f"{caller}: t is {t.dtype} of shape {tuple(t.shape)}; expected integers of shape (N,)"
        )
    return backend
