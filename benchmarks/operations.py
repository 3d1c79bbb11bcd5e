"""What each operation of a training step counts: launches, arithmetic, bytes moved.

An operation is one launch on a GPU, and at least one call of NumPy on a CPU. Its bytes are those
that it must move at least: every operand is read once and every result written once. Its flops are
additions, products, quotients, roots, exponentials and comparisons, each counted as one. Arrays are
float32, labels and indices int64, masks one byte an entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = [
    "FLOAT",
    "RULES",
    "Operation",
    "affine_backward",
    "affine_forward",
    "backward",
    "captured_step",
    "gather",
    "parameters",
    "relu_backward",
    "relu_forward",
    "shared_step",
    "softmax_with_loss",
    "sums",
    "training_step",
    "update",
]

FLOAT, INTEGER, MASK = 4, 8, 1
"""Bytes of an entry."""

RULES = {"SGD": (2, 3), "Momentum": (4, 5), "AdaGrad": (7, 5), "RMSProp": (9, 5), "Adam": (14, 7)}
"""For each optimizer, by entry: flops, and how many arrays are read or written.

SGD reads the parameter and its gradient and writes the parameter; each slot of state is read and
written besides. Adam's bias corrections are numbers, worked out once for all entries.
"""


@dataclass(frozen=True)
class Operation:
    """One launch.

    Attributes
    ----------
    name : str
    flops, bytes : int
    launches : int
    """

    name: str
    flops: int
    bytes: int
    launches: int = 1


def gather(rows: int, width: int) -> list[Operation]:
    """Rows of a data set and their labels, by an index."""
    moved = rows * (2 * width * FLOAT + 2 * INTEGER + INTEGER)
    return [Operation("gather", 0, moved)]


def affine_forward(rows: int, inputs: int, outputs: int) -> list[Operation]:
    """``y = x @ W``, then ``y += b``."""
    entries = rows * outputs
    bias = Operation("bias", entries, (2 * entries + outputs) * FLOAT)
    return [_product("x @ W", rows, inputs, outputs), bias]


def affine_backward(rows: int, inputs: int, outputs: int, of_input: bool = True) -> list[Operation]:
    """The gradients of `W` and `b`, and of the input if it is asked for."""
    entries = rows * outputs
    operations = [
        _product("x.T @ dout", inputs, rows, outputs),
        Operation("sum of dout", entries, (entries + outputs) * FLOAT),
    ]
    if of_input:
        operations.append(_product("dout @ W.T", rows, outputs, inputs))
    return operations


def relu_forward(entries: int) -> list[Operation]:
    """Reads the input, writes the output and the mask."""
    return [Operation("relu", entries, entries * (2 * FLOAT + MASK))]


def relu_backward(entries: int) -> list[Operation]:
    """Reads the gradient and the mask, writes the gradient."""
    return [Operation("relu backward", entries, entries * (2 * FLOAT + MASK))]


def softmax_with_loss(rows: int, classes: int) -> list[Operation]:
    """The softmax, its gradient and the loss of each row, then the mean of the losses.

    An entry takes six flops: the search of the maximum, the shift, the exponential, its sum, the
    quotient, and the division of the gradient by the number of rows.
    """
    entries = rows * classes
    moved = 3 * entries * FLOAT + rows * (INTEGER + FLOAT)
    return [
        Operation("softmax", 6 * entries, moved),
        Operation("mean of the losses", rows, (rows + 1) * FLOAT),
    ]


def update(optimizer: str, entries: int) -> list[Operation]:
    """A step of an optimizer over all parameters at once."""
    flops, arrays = RULES[optimizer]
    return [Operation(optimizer, flops * entries, arrays * entries * FLOAT)]


def training_step(sizes: Sequence[int], batch: int) -> list[Operation]:
    """A step of Affine and ReLU layers, softmax-with-loss and SGD, in the order of its launches.

    Parameters
    ----------
    sizes : sequence of int
        Of the input, of each hidden layer, of the output.
    batch : int
        Rows of a batch.
    """
    layers = list(pairwise(sizes))
    operations = gather(batch, sizes[0])
    for inputs, outputs in layers[:-1]:
        operations += affine_forward(batch, inputs, outputs) + relu_forward(batch * outputs)
    operations += affine_forward(batch, *layers[-1]) + softmax_with_loss(batch, sizes[-1])
    return operations + backward(sizes, batch) + update("SGD", parameters(sizes))


def parameters(sizes: Sequence[int]) -> int:
    """The entries of all weights and biases."""
    return sum(inputs * outputs + outputs for inputs, outputs in pairwise(sizes))


def backward(sizes: Sequence[int], batch: int) -> list[Operation]:
    """The part of a step that comes behind its loss, without the update."""
    first, *others = pairwise(sizes)
    operations: list[Operation] = []
    for inputs, outputs in reversed(others):
        operations += affine_backward(batch, inputs, outputs) + relu_backward(batch * inputs)
    return operations + affine_backward(batch, *first, of_input=False)


def sums(entries: int) -> list[Operation]:
    """What a rank does with gradients and loss before and behind the all-reduce, and its launch.

    The time of the all-reduce is none of this list: it depends on the ranks.
    """
    return [
        Operation("gradients by share", entries, 2 * entries * FLOAT),
        Operation("loss by share", 1, 2 * FLOAT),
        Operation("loss beside them", 0, 2 * FLOAT),
        Operation("all-reduce", 0, 0),
        Operation("gradients back", 0, 2 * entries * FLOAT),
        Operation("loss back", 0, 2 * FLOAT),
    ]


def shared_step(sizes: Sequence[int], rows: int) -> list[Operation]:
    """The nodes of a captured step of one of several ranks, whose share is so many rows."""
    *others, update, following = captured_step(sizes, rows)
    return [*others, *sums(parameters(sizes)), update, following]


def captured_step(sizes: Sequence[int], batch: int) -> list[Operation]:
    """The nodes of a captured step: the launches of a step, and one that makes it the next.

    That one keeps the loss and brings the rows and the learning rate of the step to come.
    """
    moved = 2 * batch * INTEGER + 4 * FLOAT
    return [*training_step(sizes, batch), Operation("the next step's rows", 0, moved)]


def _product(name: str, rows: int, inner: int, columns: int) -> Operation:
    entries = rows * inner + inner * columns + rows * columns
    return Operation(name, 2 * rows * inner * columns, entries * FLOAT)
