"""Operation: what a node computes, its local derivatives, and both in words."""

from __future__ import annotations

from typing import Any, ClassVar

from xpnet.backends import Backend, backend_of, load_backend

__all__ = ["Operation", "as_array", "backend_for", "is_number"]


class Operation:
    """A node of a computational graph.

    Values are numbers or arrays of one backend, already checked; none of them is written.

    Attributes
    ----------
    symbol : str
        What stands in the circle.
    title : str
        The name of the operation.
    formula : str
        The output from the inputs, with a place for each: ``"{x} × {y}"``.
    rules : tuple of str
        For each input, in words, what the backward propagation hands to it. The upstream value
        is the derivative of the last output by the output of this node.
    locals : tuple of str
        The same as formulas, with places for `dout`, `out`, the inputs and the `details`.
    keeps_integers : bool
        Whether arrays of integers come in as they are, since entries are only moved or chosen.
        Elsewhere they come in as floating point numbers, which do not wrap around.
    """

    symbol: str
    title: str
    formula: str
    rules: tuple[str, ...]
    locals: tuple[str, ...]
    keeps_integers: ClassVar[bool] = False

    def forward(self, *values: Any) -> Any:
        """The output for these inputs."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def backward(self, dout: Any, out: Any, *values: Any) -> tuple[Any, ...]:
        """What goes back to each input.

        An input that was broadcast gets a gradient in the shape of the output; who propagates
        it sums it up.

        Parameters
        ----------
        dout : number or array, shape of `out`
        out : number or array
            What `forward` returned.
        *values : numbers or arrays
            The inputs.

        Returns
        -------
        tuple of numbers or arrays, one for each input
            None for an input that has no gradient, such as labels.
        """
        raise NotImplementedError(f"{type(self).__name__} must define backward")

    def details(self, out: Any, *values: Any) -> dict[str, Any]:
        """Numbers that the formulas name beside the inputs and the output."""
        return {}


def is_number(value: Any) -> bool:
    """Whether this is a number of Python, not of an array library."""
    return isinstance(value, (int, float)) and not hasattr(value, "dtype")


def backend_for(*values: Any) -> Backend:
    """The backend of the arrays among the values; NumPy's functions serve numbers alone."""
    arrays = [value for value in values if not is_number(value)]
    return backend_of(*arrays) if arrays else load_backend("numpy")


def as_array(value: Any, backend: Backend) -> Any:
    """An array as it is; of a number a floating point one, since its integer may be too long."""
    return backend.asarray(float(value)) if is_number(value) else value
