"""The functions behind the layers, without state: each on the backend of its input."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, backend_of, scores_and_labels
from xpnet.checks import check_memory, whole_number
from xpnet.errors import ArgumentTypeError, LabelError, ShapeError

__all__ = ["cross_entropy_error", "one_hot", "relu", "sigmoid", "softmax"]


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
    backend = backend_of(t, caller="one_hot")
    if t.ndim != 1 or not backend.is_integer(t):
        raise LabelError(
            f"one_hot: t is {t.dtype} of shape {tuple(t.shape)}; expected integers of shape (N,)"
        )
    classes = whole_number("num_classes", num_classes)
    made = backend.dtype(dtype)
    one = backend.xp.zeros(1, dtype=made)
    if not backend.takes(one):
        raise ArgumentTypeError(
            f"one_hot: dtype={dtype!r}: expected real numbers, such as 'float32'"
        )
    check_memory("one_hot: so many classes", max(1, t.shape[0]) * one.nbytes * classes)
    return backend.one_hot(t, classes, made)
