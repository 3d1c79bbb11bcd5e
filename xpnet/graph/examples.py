"""The chapter's graphs, after forward and backward propagation."""

from __future__ import annotations

from xpnet.backends import asarray
from xpnet.graph.collapsing import collapse
from xpnet.graph.variable import Variable

__all__ = ["apple", "orange", "sigmoid", "sigmoid_nodes", "softmax", "softmax_nodes", "square"]


def apple() -> Variable:
    """Two apples at 100 with 10 % tax (chapter 5.3.3).

    Examples
    --------
    >>> from xpnet.graph import examples
    >>> examples.apple().value
    220.00000000000003
    """
    price = Variable(100, "apple") * Variable(2, "apples") * Variable(1.1, "tax")
    return _with_gradients(price, "price")


def orange() -> Variable:
    """Two apples and three oranges with tax (chapter 5.4.2)."""
    apples = Variable(100, "apple") * Variable(2, "apples")
    oranges = Variable(150, "orange") * Variable(3, "oranges")
    return _with_gradients((apples + oranges) * Variable(1.1, "tax"), "price")


def square() -> Variable:
    """``z = (x + y)**2`` (chapter 5.2.3)."""
    return _with_gradients((Variable(2, "x") + Variable(3, "y")) ** 2, "z")


def sigmoid_nodes(x: Variable) -> Variable:
    """The sigmoid as four nodes: × -1, exp, + 1 and the reciprocal (chapter 5.5.2)."""
    return 1 / ((x * -1).exp() + 1)


def sigmoid(*, one_node: bool = False) -> Variable:
    """The sigmoid of 1.5 as four nodes, or collapsed to one."""
    y = sigmoid_nodes(Variable(1.5, "x"))
    return _with_gradients(collapse(y, symbol="sigmoid") if one_node else y, "y")


def softmax_nodes(scores: Variable, t: Variable) -> Variable:
    """Softmax and cross entropy node by node; its gradient is ``(y - t) / N`` (chapter 5.6.3).

    Parameters
    ----------
    scores : Variable, shape (N, C)
    t : Variable, shape (N, C)
        Rows that each sum to 1.
    """
    # the gradients through the maximum sum to 0: it shifts all scores alike
    exp = (scores - scores.max(axis=1, keepdims=True)).exp()
    y = exp / exp.sum(axis=1, keepdims=True)
    return -(t * y.log()).sum() / scores.shape[0]


def softmax() -> Variable:
    """The loss of three scores whose label is the last class, on the current backend."""
    scores = Variable(asarray([[0.3, 2.9, 4.0]], dtype="float64"), "a")
    t = Variable(asarray([[0.0, 0.0, 1.0]], dtype="float64"), "t")
    return _with_gradients(softmax_nodes(scores, t), "loss")


def _with_gradients(y: Variable, name: str) -> Variable:
    y.name = name
    y.backward()
    return y
