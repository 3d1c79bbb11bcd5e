"""The operations of computational graphs: each a forward, a backward, and both in words."""

from xpnet.graph.operations.arithmetic import (
    Add,
    Divide,
    MatMul,
    Multiply,
    Negative,
    Power,
    PowerOf,
    Reciprocal,
    Subtract,
)
from xpnet.graph.operations.base import Operation, backend_for, is_number
from xpnet.graph.operations.functions import Exp, Log, Relu, Sigmoid
from xpnet.graph.operations.shaping import Index, Max, Mean, Reshape, Sum, Transpose, as_indices

__all__ = [
    "Add",
    "Divide",
    "Exp",
    "Index",
    "Log",
    "MatMul",
    "Max",
    "Mean",
    "Multiply",
    "Negative",
    "Operation",
    "Power",
    "PowerOf",
    "Reciprocal",
    "Relu",
    "Reshape",
    "Sigmoid",
    "Subtract",
    "Sum",
    "Transpose",
    "as_indices",
    "backend_for",
    "is_number",
]
