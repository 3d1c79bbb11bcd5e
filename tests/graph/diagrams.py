"""Diagrams made by hand: the chapter's, and shapes that are hard to draw."""

from __future__ import annotations

from hypothesis import strategies as st

from xpnet.graph.diagram import Diagram, Edge, Node


class Sketch:
    """Nodes and edges one after the other; every method returns the key of what it added."""

    def __init__(self):
        self.nodes, self.edges = [], []

    def _node(self, kind, label, value, grad=None):
        self.nodes.append(Node(len(self.nodes), kind, label, value, grad))
        return len(self.nodes) - 1

    def input(self, label, value, grad=None):
        return self._node("input", label, value, grad)

    def constant(self, number):
        return self._node("constant", number, number)

    def operation(self, label, sources, grads, value, grad=None):
        """`grads`: what goes back along each edge; one text for all, or None before backward."""
        key = self._node("operation", label, value, grad)
        self._edges(sources, grads, key)
        return key

    def output(self, label, source, grad="1"):
        key = self._node("output", label, self.nodes[source].value, grad)
        self._edges([source], [grad], key)
        return key

    def _edges(self, sources, grads, key):
        grads = grads if isinstance(grads, list) else [grads] * len(sources)
        for source, grad in zip(sources, grads, strict=True):
            value = self.nodes[source].value
            self.edges.append(Edge(len(self.edges), source, key, value, grad))

    def diagram(self):
        return Diagram(tuple(self.nodes), tuple(self.edges), ())


def apple(names=("apple", "number", "tax", "price")):
    s = Sketch()
    apple, number = s.input(names[0], "100", "2.2"), s.input(names[1], "2", "110")
    fruit = s.operation("×", [apple, number], ["2.2", "110"], "200", "1.1")
    tax = s.input(names[2], "1.1", "200")
    price = s.operation("×", [fruit, tax], ["1.1", "200"], "220", "1")
    s.output(names[3], price)
    return s.diagram()


def apple_before_backward():
    s = Sketch()
    fruit = s.operation("×", [s.input("apple", "100"), s.input("number", "2")], None, "200")
    price = s.operation("×", [fruit, s.input("tax", "1.1")], None, "220")
    s.output("price", price, None)
    return s.diagram()


def orange():
    s = Sketch()
    apple, apples = s.input("apple", "100", "2.2"), s.input("apples", "2", "110")
    left = s.operation("×", [apple, apples], ["2.2", "110"], "200", "1.1")
    orange, oranges = s.input("orange", "150", "3.3"), s.input("oranges", "3", "165")
    right = s.operation("×", [orange, oranges], ["3.3", "165"], "450", "1.1")
    both = s.operation("+", [left, right], "1.1", "650", "1.1")
    tax = s.input("tax", "1.1", "650")
    s.output("price", s.operation("×", [both, tax], ["1.1", "650"], "715", "1"))
    return s.diagram()


def square():
    s = Sketch()
    t = s.operation("+", [s.input("x", "2", "10"), s.input("y", "3", "10")], "10", "5", "10")
    s.output("z", s.operation("**", [t, s.constant("2")], ["10", None], "25", "1"))
    return s.diagram()


def sigmoid():
    s = Sketch()
    x, minus = s.input("x", "0.5", "0.235"), s.constant("-1")
    flipped = s.operation("×", [x, minus], ["0.235", None], "-0.5", "-0.235")
    grown = s.operation("exp", [flipped], "-0.235", "0.6065", "-0.3874")
    more = s.operation("+", [s.constant("1"), grown], [None, "-0.3874"], "1.607", "-0.3874")
    y = s.operation("/", [s.constant("1"), more], [None, "-0.3874"], "0.6225", "1")
    s.output("y", y)
    return s.diagram()


def fan():
    """A value with three uses: its derivative is a sum."""
    s = Sketch()
    x = s.input("x", "3", "11")
    square = s.operation("×", [x, x], ["3", "3"], "9", "1")
    five = s.operation("×", [x, s.constant("5")], ["5", None], "15", "1")
    s.output("y", s.operation("+", [square, five], "1", "24", "1"))
    return s.diagram()


def softmax(classes=3):
    """Scores, exponentials, their sum, and the loss of labels, as in the book's appendix."""
    s = Sketch()
    scores = [s.input(f"a{k}", f"{0.3 * k:.1f}", "-0.25") for k in range(1, classes + 1)]
    grown = [s.operation("exp", [a], "-0.25", "1.3499", "-0.185") for a in scores]
    total = s.operation("+", grown, "0.2014", "4.965", "0.2014")
    shares = [s.operation("/", [e, total], ["-0.387", "0.1"], "0.2719", "-1.83") for e in grown]
    terms = []
    for k, y in enumerate(shares, 1):
        log = s.operation("log", [y], "-1.83", "-1.302", "-0.5")
        label = s.input(f"t{k}", "0.5", "1.302")
        terms.append(s.operation("×", [label, log], ["1.302", "-0.5"], "-0.651", "-1"))
    loss = s.operation("+", terms, "-1", "-1.1", "-1")
    flipped = s.operation("×", [loss, s.constant("-1")], ["-1", None], "1.1", "1")
    s.output("loss", flipped)
    return s.diagram()


def net():
    s = Sketch()
    row = s.input("x", "(3, 784) ‖23.61‖", "(3, 784) ‖0.0137‖")
    for number, sizes in ((1, (784, 50)), (2, (50, 10))):
        weights = s.input(f"W{number}", f"{sizes} ‖1.98‖", f"{sizes} ‖3.214‖")
        bias = s.input(f"b{number}", f"({sizes[1]},) ‖0‖", f"({sizes[1]},) ‖0.2471‖")
        wide = f"(3, {sizes[1]}) ‖0.8157‖"
        row = s.operation(f"Affine{number}", [row, weights, bias], f"{sizes} ‖0.031‖", wide, wide)
        if number == 1:
            row = s.operation("Relu1", [row], f"(3, {sizes[1]}) ‖0.031‖", wide, wide)
    labels = s.input("t", "(3,) ‖9.43‖")
    loss = s.operation("SoftmaxWithLoss", [row, labels], ["(3, 10) ‖0.5472‖", None], "2.301", "1")
    s.output("loss", loss)
    return s.diagram()


def korean():
    return apple(("사과", "사과의 개수", "소비세", "지불 금액"))


def hostile():
    """Names that mean something to one format or the other."""
    return apple(('a"b\\', "$x_1$ <b>&amp;</b>", "1. list #35;\nnext `line`", "]) --> end; %% \\N"))


def nameless():
    return apple(("", "", "", ""))


def long_names():
    return apple(tuple(f"{name} that goes on and on, far longer than a line" for name in "abcd"))


def chain(length):
    s = Sketch()
    value = s.input("x", "1", "1")
    for _ in range(length):
        value = s.operation("exp", [value], "1", "1", "1")
    s.output("y", value)
    return s.diagram()


def alone():
    """A variable that is its own output."""
    s = Sketch()
    s.output("x", s.input("x", "3", "1"))
    return s.diagram()


def unrolled(steps):
    """One weight used at every step, as in a recurrent network."""
    s = Sketch()
    state, weight = s.input("h0", "1", "1"), s.input("W", "2", "3")
    for k in range(steps):
        product = s.operation("×", [state, weight], "1", "2", "1")
        state = s.operation("+", [product, s.input(f"x{k + 1}", "1", "1")], "1", "3", "1")
    s.output("h", state)
    return s.diagram()


CHAPTER = {
    "apple": apple,
    "orange": orange,
    "square": square,
    "sigmoid": sigmoid,
    "softmax": softmax,
    "net": net,
}
ALL = {
    **CHAPTER,
    "before backward": apple_before_backward,
    "fan": fan,
    "korean": korean,
    "hostile": hostile,
    "nameless": nameless,
    "long names": long_names,
    "chain": lambda: chain(12),
    "alone": alone,
    "unrolled": lambda: unrolled(4),
    "softmax of 6": lambda: softmax(6),
}


@st.composite
def tangled(draw):
    """Any graph of up to 12 operations, whose values may have many uses."""
    s = Sketch()
    for k in range(draw(st.integers(1, 4))):
        s.input(f"x{k}", "1", "2")
    for _ in range(draw(st.integers(0, 12))):
        known = list(range(len(s.nodes)))
        sources = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
        if draw(st.booleans()):
            sources.append(s.constant("2"))
        s.operation(draw(st.sampled_from(["×", "exp", "Affine1"])), sources, "3", "4", "5")
    s.output("y", len(s.nodes) - 1)
    return s.diagram()
