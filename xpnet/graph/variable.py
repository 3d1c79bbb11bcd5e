"""Variable: a value that records how it was computed, and so can be differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xpnet.backends import backend_of
from xpnet.errors import ArgumentTypeError, ShapeError, UnsupportedOperationError, XpnetError
from xpnet.graph import operations
from xpnet.graph.copying import Copying
from xpnet.graph.numpy_protocols import NumpyProtocols, dot, with_numpy_arguments
from xpnet.graph.operations import Operation, as_indices, is_number
from xpnet.graph.propagation import gradients
from xpnet.graph.showing import Showing
from xpnet.graph.unsupported import Unsupported
from xpnet.graph.values import arguments, as_value, checked_value, constant, copied, upstream
from xpnet.layers.broadcasting import shape_of
from xpnet.layers.widening import is_scalar

__all__ = ["Variable", "applied"]


class Variable(NumpyProtocols, Unsupported, Showing, Copying):
    """A number or an array in a computational graph (chapter 5.1).

    Operators and methods make new variables: ``+ - * / ** @``, unary minus, indexing, `exp`,
    `log`, `relu`, `sigmoid`, `sum`, `mean`, `max`, `reshape`, `transpose`, `dot`. Shapes
    broadcast as NumPy's do, and everything is computed on the backend of the arrays. NumPy's
    functions of these operations make variables too: ``np.dot``, ``np.matmul``, ``np.sum``,
    ``np.mean``, ``np.max``, ``np.reshape``, ``np.transpose``, ``np.exp``, ``np.log``,
    ``np.maximum(x, 0)``. Whatever the graph would not record raises a TypeError that says what to
    write: other functions, conversions to arrays and numbers, comparisons, ``if x``.

    Integer arithmetic does not overflow: without an array of floating-point numbers beside them,
    integers in arrays are converted to float64, exact up to 2**53, while integers of Python stay
    integers of any length.

    Parameters
    ----------
    value : number, or array of any backend
        Real numbers. Not copied; but each expression computes with copies of it, of other
        arrays and of indices, so that writing into them afterwards does not change its gradients.
    name : str, optional
        Its name in pictures.

    Attributes
    ----------
    value : number or array
    grad : number or array, shape of `value`, or None
        The derivative of a result by this value, set by the last `backward` of that result.
    name : str or None
    inputs : tuple of Variable
        The operands that it was computed from; empty for a variable that you made.
    operation : Operation or None
        The operation that computed it.
    constant : bool
        Whether it is a number or an array that appeared in an expression without being a variable.

    Raises
    ------
    ArgumentTypeError
        `value` is neither a number nor an array, or `name` is no string.

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
            raise ArgumentTypeError("Variable: expected a number or an array, got a Variable")
        if name is not None and not isinstance(name, str):
            raise ArgumentTypeError(f"Variable: expected a string as name, got {name!r}")
        self.value: Any = checked_value(value)
        self.grad: Any = None
        self.name = name
        self.inputs: tuple[Variable, ...] = ()
        self.operation: Operation | None = None
        self.constant = False
        self._used: Sequence[Any] = ()
        self._ancestors = None

    def __repr__(self) -> str:
        named = "" if self.name is None else f", name={self.name!r}"
        what = self.value if is_number(self.value) else f"{self.value.dtype} {self.shape}"
        return f"Variable({what}{named})"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value; ``()`` for a number."""
        return shape_of(self.value)

    def backward(self, dout: Any = None, *, accumulate: bool = False) -> None:
        """Set `grad` of this variable and all its ancestors to the derivative of this one by it.

        Parameters
        ----------
        dout : number or array, shape of the value, optional
            The upstream gradient: the derivative of a later result by this value. By default 1,
            for a single number.
        accumulate : bool
            Add to the present gradients; by default they are replaced.

        Raises
        ------
        ShapeError
            The value is an array of many entries and `dout` is missing, or has another shape.
        GraphError
            A variable is its own ancestor.

        Examples
        --------
        >>> x = Variable(np.array([1.0, 2.0, 3.0]))
        >>> (x * x).sum().backward()
        >>> x.grad
        array([2., 4., 6.])
        """
        for variable, gradient in gradients(self, upstream(dout, self.value)):
            if accumulate and variable.grad is not None:
                variable.grad = as_value(variable.grad + gradient, gradient)
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
        """The product as in NumPy: ``x @ y`` of vectors and matrices, ``x * y`` of numbers."""
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

    @with_numpy_arguments
    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Variable:
        """The sum of all entries, or of those along `axis`, as ``numpy.sum``."""
        return applied(operations.Sum(axis, keepdims), self)

    @with_numpy_arguments
    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Variable:
        """The mean of all entries, or of those along `axis`, as ``numpy.mean``."""
        return applied(operations.Mean(axis, keepdims), self)

    @with_numpy_arguments
    def max(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Variable:
        """The largest entry, or those along `axis`; equal ones share the gradient equally."""
        return applied(operations.Max(axis, keepdims), self)

    def reshape(self, *shape: Any, order: str = "C", copy: None = None) -> Variable:
        """The entries in another shape: ``x.reshape(2, 3)`` or ``x.reshape((2, 3))``."""
        if order != "C" or copy is not None:
            raise UnsupportedOperationError(
                "x.reshape of a Variable takes only a shape, no order and no copy"
            )
        return applied(operations.Reshape(_unpacked(shape)), self)

    def transpose(self, *axes: Any) -> Variable:
        """The axes in another order; without `axes` in reverse order."""
        order = None if not axes or axes[0] is None else _unpacked(axes)
        return applied(operations.Transpose(order), self)

    @property
    def T(self) -> Variable:  # noqa: N802 - NumPy's name
        """The axes in reverse order."""
        return self.transpose()

    def __getitem__(self, index: Any) -> Variable:
        for part in index if isinstance(index, tuple) else (index,):
            if isinstance(part, Variable):
                raise UnsupportedOperationError(
                    "x[y] with a Variable y: no gradient passes through an index; write x[y.value]"
                )
        return applied(operations.Index(index), self)

    def __len__(self) -> int:
        if not self.shape:
            raise UnsupportedOperationError(f"{self!r} is one number: it has no length")
        return self.shape[0]

    def __iter__(self) -> Any:
        if not self.shape:
            raise UnsupportedOperationError(f"{self!r} is one number: it cannot be iterated over")
        return (self[row] for row in range(self.shape[0]))


def applied(operation: Operation, *operands: Any) -> Variable:
    """The variable that an operation computes from its operands; other values become constants.

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
        made = Variable(as_value(operation.forward(*used), *values))
    except XpnetError:  # its message is complete
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
    """The value of an operand, copied if it is a variable whose array belongs to the user."""
    is_own = source.constant or source.operation is not None
    return source.value if is_own else copied(source.value)


def _unpacked(given: tuple[Any, ...]) -> tuple[int, ...]:
    """``(2, 3)`` of both ``f(2, 3)`` and ``f((2, 3))``."""
    indices = as_indices(given[0] if len(given) == 1 else given)
    return indices if isinstance(indices, tuple) else (indices,)
