"""Variable: a value that remembers how it was made, and so finds its own derivative."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xpnet.backends import backend_of
from xpnet.errors import ShapeError, XpnetError
from xpnet.graph import operations
from xpnet.graph.copying import Copying
from xpnet.graph.numpy_calls import NumpyCalls, called_as_by_numpy, dot
from xpnet.graph.operations import Operation, as_indices, is_number
from xpnet.graph.propagation import gradients
from xpnet.graph.refusals import Refusals
from xpnet.graph.values import arguments, checked, constant, copied, plain, upstream
from xpnet.layers.broadcasting import shape_of
from xpnet.layers.widening import is_scalar

__all__ = ["Variable", "applied"]


class Variable(NumpyCalls, Refusals, Copying):
    """A number or an array in a computational graph (chapter 5.1).

    Operators and methods make new variables: ``+ - * / ** @``, unary minus, indexing, `exp`,
    `log`, `relu`, `sigmoid`, `sum`, `mean`, `max`, `reshape`, `transpose`, `dot`. Shapes
    broadcast as NumPy's do, and everything is computed on the backend of the arrays. NumPy's
    functions of these operations make variables too: ``np.dot``, ``np.matmul``, ``np.sum``,
    ``np.mean``, ``np.max``, ``np.reshape``, ``np.transpose``, ``np.exp``, ``np.log``,
    ``np.maximum(x, 0)``. What would leave the graph in silence is a TypeError that says what to
    write: other functions, conversions to arrays and numbers, comparisons, ``if x``.

    Arithmetic does not wrap around: without an array of floating point numbers beside them,
    integers in arrays are computed in float64, exact up to 2**53, while integers of Python stay
    integers of any length.

    Parameters
    ----------
    value : number, or array of any backend
        Real numbers. Kept as it is, not copied; each expression computes with a copy, as it
        does of other arrays and of indices, so that what is written into them afterwards does
        not change its gradients.
    name : str, optional
        What pictures call it.

    Attributes
    ----------
    value : number or array
    grad : number or array, shape of `value`, or None
        The derivative that the last `backward` of a result left here.
    name : str or None
    inputs : tuple of Variable
        What it was made from; empty for a variable that you made.
    operation : Operation or None
        How.
    constant : bool
        Whether it is a plain number or array that stood in an expression.

    Raises
    ------
    TypeError
        `value` is no number and no array, or `name` is no string.

    Examples
    --------
    >>> apple, number, tax = Variable(100), Variable(2), Variable(1.1)
    >>> price = apple * number * tax
    >>> price.value
    220.00000000000003
    >>> price.backward()
    >>> apple.grad, number.grad, tax.grad
    (2.2, 110.00000000000001, 200)
    """

    __slots__ = ("_used", "constant", "grad", "inputs", "name", "operation", "value")

    def __init__(self, value: Any, name: str | None = None) -> None:
        if isinstance(value, Variable):
            raise TypeError("Variable: got a Variable, which holds its value already: use it")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"Variable: name={name!r}: wanted a string")
        self.value: Any = checked(value)
        self.grad: Any = None
        self.name = name
        self.inputs: tuple[Variable, ...] = ()
        self.operation: Operation | None = None
        self.constant = False
        self._used: Sequence[Any] = ()
        self._lineage = None

    def __repr__(self) -> str:
        named = "" if self.name is None else f", name={self.name!r}"
        what = self.value if is_number(self.value) else f"{self.value.dtype} {self.shape}"
        return f"Variable({what}{named})"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value; ``()`` for a number."""
        return shape_of(self.value)

    def backward(self, dout: Any = None, accumulate: bool = False) -> None:
        """Leave in `grad` of every variable that leads here the derivative of this one by it.

        Parameters
        ----------
        dout : number or array, shape of the value, optional
            The derivative of what comes behind by this value: 1 for a single number.
        accumulate : bool
            Add to the gradients that are there; by default they are replaced.

        Raises
        ------
        ShapeError
            The value is an array of many entries and `dout` is missing, or has another shape.
        GraphError
            A variable leads back to itself.

        Examples
        --------
        >>> x = Variable(np.array([1.0, 2.0, 3.0]))
        >>> (x * x).sum().backward()
        >>> x.grad
        array([2., 4., 6.])
        """
        for variable, gradient in gradients(self, upstream(dout, self.value)):
            if accumulate and variable.grad is not None:
                variable.grad = plain(variable.grad + gradient, gradient)
            else:
                variable.grad = copied(gradient)

    # --- arithmetic ------------------------------------------------------------------------

    def __add__(self, other: Any) -> Variable:
        return applied(operations.Add(), self, other)

    def __radd__(self, other: Any) -> Variable:
        return applied(operations.Add(), other, self)

    def __sub__(self, other: Any) -> Variable:
        return applied(operations.Subtract(), self, other)

    def __rsub__(self, other: Any) -> Variable:
        return applied(operations.Subtract(), other, self)

    def __mul__(self, other: Any) -> Variable:
        return applied(operations.Multiply(), self, other)

    def __rmul__(self, other: Any) -> Variable:
        return applied(operations.Multiply(), other, self)

    def __truediv__(self, other: Any) -> Variable:
        return applied(operations.Divide(), self, other)

    def __rtruediv__(self, other: Any) -> Variable:
        if is_number(other) and other == 1:
            return applied(operations.Reciprocal(), self)
        return applied(operations.Divide(), other, self)

    def __pow__(self, other: Any) -> Variable:
        exponent = constant(other, ()) if is_scalar(other) else other
        if is_number(exponent):
            return applied(operations.PowerOf(exponent), self)
        return applied(operations.Power(), self, exponent)

    def __rpow__(self, other: Any) -> Variable:
        return applied(operations.Power(), other, self)

    def __matmul__(self, other: Any) -> Variable:
        return applied(operations.MatMul(), self, other)

    def __rmatmul__(self, other: Any) -> Variable:
        return applied(operations.MatMul(), other, self)

    def __neg__(self) -> Variable:
        return applied(operations.Negative(), self)

    def dot(self, other: Any, out: None = None) -> Variable:
        """The product of ``numpy.dot``: of vectors and matrices ``x @ y``, of numbers ``x * y``."""
        return dot(self, other, out)  # type: ignore[no-any-return]

    # --- functions -------------------------------------------------------------------------

    def exp(self) -> Variable:
        """The exponential function of every entry."""
        return applied(operations.Exp(), self)

    def log(self) -> Variable:
        """The natural logarithm of every entry."""
        return applied(operations.Log(), self)

    def relu(self) -> Variable:
        """``max(x, 0)`` of every entry; the derivative at 0 is taken as 0."""
        return applied(operations.Relu(), self)

    def sigmoid(self) -> Variable:
        """``1 / (1 + exp(-x))`` of every entry, as one node."""
        return applied(operations.Sigmoid(), self)

    # --- reductions and shapes ---------------------------------------------------------------

    @called_as_by_numpy
    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Variable:
        """The sum of all entries, or of those along `axis`, as ``numpy.sum``."""
        return applied(operations.Sum(axis, keepdims), self)

    @called_as_by_numpy
    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Variable:
        """The mean of all entries, or of those along `axis`, as ``numpy.mean``."""
        return applied(operations.Mean(axis, keepdims), self)

    @called_as_by_numpy
    def max(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Variable:
        """The largest entry, or those along `axis`; equal ones share the gradient equally."""
        return applied(operations.Max(axis, keepdims), self)

    def reshape(self, *shape: Any, order: str = "C", copy: None = None) -> Variable:
        """The entries in another shape: ``x.reshape(2, 3)`` or ``x.reshape((2, 3))``."""
        if order != "C" or copy is not None:
            raise TypeError("x.reshape of a Variable takes a shape alone, and rows before columns")
        return applied(operations.Reshape(_unpacked(shape)), self)

    def transpose(self, *axes: Any) -> Variable:
        """The axes in another order; without `axes` the other way round."""
        order = None if not axes or axes[0] is None else _unpacked(axes)
        return applied(operations.Transpose(order), self)

    @property
    def T(self) -> Variable:  # noqa: N802 - NumPy's name
        """The axes the other way round."""
        return self.transpose()

    def __getitem__(self, index: Any) -> Variable:
        for part in index if isinstance(index, tuple) else (index,):
            if isinstance(part, Variable):
                raise TypeError(
                    "x[y] with a Variable y: no gradient passes an index; write x[y.value]"
                )
        return applied(operations.Index(index), self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"{self!r} is one number: it has no length")
        return self.shape[0]

    def __iter__(self) -> Any:
        if not self.shape:
            raise TypeError(f"{self!r} is one number: there is nothing to go through")
        return (self[row] for row in range(self.shape[0]))


def applied(operation: Operation, *operands: Any) -> Variable:
    """The variable that an operation makes from these; what is no variable becomes a constant.

    Raises
    ------
    ShapeError
        The shapes do not fit the operation.
    MixedBackendError
        Arrays of two backends.
    """
    beside = [operand.value for operand in operands if isinstance(operand, Variable)]
    inputs = tuple(_variable(operand, beside) for operand in operands)
    values = [_own_value(source) for source in inputs]
    arrays = [value for value in values if not is_number(value)]
    if arrays:
        backend_of(*arrays, caller=operation.title, names=("x", "y")[: len(arrays)])
    used = arguments(operation, values)
    try:
        made = Variable(plain(operation.forward(*used), *values))
    except XpnetError:  # says already what came and what was wanted
        raise
    except ValueError as error:
        shapes = " and ".join(str(source.shape) for source in inputs)
        raise ShapeError(f"{operation.title} of shape {shapes}: {str(error).strip()}") from error
    made.inputs, made.operation, made._used = inputs, operation, used
    return made


def _variable(operand: Any, beside: Sequence[Any]) -> Variable:
    if isinstance(operand, Variable):
        return operand
    made = Variable(constant(operand, beside))
    made.constant = True
    return made


def _own_value(source: Variable) -> Any:
    """The value, which nobody else writes into: of a variable that somebody made, a copy."""
    made_here = source.constant or source.operation is not None
    return source.value if made_here else copied(source.value)


def _unpacked(given: tuple[Any, ...]) -> tuple[int, ...]:
    """``(2, 3)`` of both ``f(2, 3)`` and ``f((2, 3))``."""
    indices = as_indices(given[0] if len(given) == 1 else given)
    return indices if isinstance(indices, tuple) else (indices,)
