"""The figures of the site: one function each, which returns the graph that is drawn.

A page in `tutorial/` shows the graph of ``FIGURES["apple"]`` by
``![what is seen](../figures/apple.svg)``, and links the page that plays it by
``[play it](../figures/apple.html)``; a page beside `index.md` leaves out the ``../``. Nothing that
is drawn is kept in the repository.
"""

from __future__ import annotations

from xpnet.graph import Variable, examples

__all__ = ["FIGURES"]


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


def named(y: Variable, name: str, dout: float | None = None) -> Variable:
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
}
