"""The figures of the site: one function each, which returns the graph that is drawn.

A page in `tutorial/` shows the graph of ``FIGURES["apple"]`` by
``![what is seen](../figures/apple.svg)``, and links the page that plays it by
``[play it](../figures/apple.html)``; a page beside `index.md` leaves out the ``../``. Nothing that
is drawn is kept in the repository. Korean pages show the same graphs with Korean names.
"""

from __future__ import annotations

from typing import Any

from xpnet import asarray
from xpnet.datasets import load_mnist
from xpnet.graph import Variable, collapse, examples, network_graph
from xpnet.graph.propagation import topological_order
from xpnet.networks import TwoLayerNet

__all__ = ["FIGURES", "figure"]


def apple_forward() -> Variable:
    """Section 5.1.1, before any derivative."""
    return named(Variable(100, "apple") * Variable(2, "apples") * Variable(1.1, "tax"), "price")


def orange_forward() -> Variable:
    """Section 5.1.1, the second problem."""
    apples = Variable(100, "apple") * Variable(2, "apples")
    oranges = Variable(150, "orange") * Variable(3, "oranges")
    return named((apples + oranges) * Variable(1.1, "tax"), "price")


def local() -> Variable:
    """Section 5.1.2: a value that came from anywhere."""
    apples = Variable(100, "apple") * Variable(2, "apples")
    return named(Variable(4000, "groceries") + apples, "sum")


def twice() -> Variable:
    """Section 5.2: one value with two uses."""
    x = Variable(3.0, "x")
    return named(x * x, "y", dout=1)


def add() -> Variable:
    """Section 5.3.1."""
    return named(Variable(10, "x") + Variable(5, "y"), "z", dout=1.3)


def multiply() -> Variable:
    """Section 5.3.2."""
    return named(Variable(10, "x") * Variable(5, "y"), "z", dout=1.3)


def relu() -> Variable:
    """Section 5.5.1: a switch that is on, and one that is off."""
    x, y = Variable(3, "x"), Variable(-2, "y")
    return named(x.relu() + y.relu(), "z", dout=1)


def sigmoid_node() -> Variable:
    """Section 5.5.2, the four nodes as one."""
    return examples.sigmoid(one_node=True)


def affine() -> Variable:
    """Section 5.6.1: four rows, two inputs, three outputs."""
    X = Variable(asarray([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0], [2.0, 2.0]]), "X")
    W = Variable(asarray([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]]), "W")
    B = Variable(asarray([1.0, 2.0, 3.0]), "B")
    return named(X @ W + B, "Y", dout=asarray([[1.0, 2.0, 3.0]] * 4))


def softmax_with_loss() -> Variable:
    """Section 5.6.3: the functions of the layer, a node each."""
    a = Variable(asarray([[0.3, 2.9, 4.0]]), "a")
    t = Variable(asarray([[0.0, 0.0, 1.0]]), "t")
    exp = a.exp()
    y = collapse(exp / exp.sum(axis=1, keepdims=True), a, symbol="softmax")
    y.name = "y"
    loss = collapse(-(t * y.log()).sum(), y, t, symbol="cross entropy")
    return named(loss, "loss", dout=1)


def net() -> Variable:
    """Section 5.7.2: the loss of three images."""
    (x_train, t_train), _ = load_mnist()
    return network_graph(TwoLayerNet(seed=0), x_train[:3], t_train[:3])


def named(y: Variable, name: str, dout: Any = None) -> Variable:
    """`y` under a name, after a backward propagation if `dout` is given."""
    y.name = name
    if dout is not None:
        y.backward(dout)
    return y


FIGURES = {
    "apple": examples.apple,
    "apple_forward": apple_forward,
    "orange": examples.orange,
    "orange_forward": orange_forward,
    "local": local,
    "square": examples.square,
    "twice": twice,
    "add": add,
    "multiply": multiply,
    "relu": relu,
    "sigmoid": examples.sigmoid,
    "sigmoid_node": sigmoid_node,
    "affine": affine,
    "softmax_with_loss": softmax_with_loss,
    "softmax": examples.softmax,
    "net": net,
}

KOREAN = {
    "apple": "사과",
    "apples": "사과의 개수",
    "orange": "귤",
    "oranges": "귤의 개수",
    "groceries": "다른 물건값",
    "tax": "소비세",
    "price": "지불 금액",
    "sum": "합계",
    "loss": "손실",
    "sigmoid": "시그모이드",
    "softmax": "소프트맥스",
    "cross entropy": "교차 엔트로피",
}


def figure(name: str, language: str) -> Variable:
    """The graph of this name, with its words in "en" or "ko"."""
    y = FIGURES[name]()
    if language == "ko":
        for variable in topological_order(y):
            variable.name = KOREAN.get(variable.name, variable.name)
            operation = variable.operation
            if operation is not None and operation.symbol in KOREAN:
                operation.symbol = operation.title = KOREAN[operation.symbol]
    return y
