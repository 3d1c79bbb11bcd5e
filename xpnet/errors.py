"""Everything that xpnet raises on purpose.

::

    XpnetError
    ├── BackendError                   (RuntimeError)      unknown, unavailable or misplaced
    │   ├── BackendNotInstalledError   (MissingExtraError) the backend's library is not installed
    │   └── CaptureError               (RuntimeError)      a training step cannot be captured
    ├── MixedBackendError              (TypeError)         arrays of two backends in one call
    ├── ArgumentTypeError              (TypeError)         an argument has a wrong type or dtype
    ├── UnsupportedOperationError      (TypeError)         a graph's Variable cannot do this
    ├── ShapeError                     (ValueError)        an array does not fit
    ├── LabelError                     (ValueError)        labels are no labels, or out of range
    ├── NotForwardedError              (RuntimeError)      backward before forward
    ├── NetworkError                   (ValueError)        layers that cannot make a network
    ├── GraphError                     (ValueError)        variables that form no graph
    ├── DataError                      (ValueError)        a data file is not what it should be
    ├── CheckpointError                (ValueError)        a saved file cannot be written or used
    ├── OptionError                    (ValueError)        an option has an impossible value
    ├── UnknownNameError               (KeyError)          nothing has this name
    ├── ReadOnlyError                  (AttributeError)    an attribute that cannot be replaced
    ├── MissingExtraError              (ImportError)       an optional library is not installed
    ├── NonFiniteLossError             (ArithmeticError)   training produced NaN or infinity
    ├── PartialUpdateError             (RuntimeError)      an update stopped while it wrote
    ├── DistributedError               (RuntimeError)      the processes of a job do not go together
    └── OutOfMemoryError               (MemoryError)       a call does not fit in memory

Each also is the exception beside it, so ``except ValueError`` keeps working.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ArgumentTypeError",
    "BackendError",
    "BackendNotInstalledError",
    "CaptureError",
    "CheckpointError",
    "DataError",
    "DistributedError",
    "GraphError",
    "LabelError",
    "MissingExtraError",
    "MixedBackendError",
    "NetworkError",
    "NonFiniteLossError",
    "NotForwardedError",
    "OptionError",
    "OutOfMemoryError",
    "PartialUpdateError",
    "ReadOnlyError",
    "ShapeError",
    "UnknownNameError",
    "UnsupportedOperationError",
    "XpnetError",
]


class XpnetError(Exception):
    """Root of the tree: catches all that xpnet raises on purpose."""


class BackendError(XpnetError, RuntimeError):
    """A backend is unknown, unavailable, or set in the wrong place."""


class MissingExtraError(XpnetError, ImportError):
    """An optional library is not installed; the message has the pip command."""


class BackendNotInstalledError(BackendError, MissingExtraError):
    """The library of a backend is not installed; the message has the pip command."""


class CaptureError(BackendError, RuntimeError):
    """A training step cannot be captured, so that one launch would replay it."""


class MixedBackendError(XpnetError, TypeError):
    """Arrays of two backends, or of two devices, met in one call."""


class ArgumentTypeError(XpnetError, TypeError):
    """An argument has a wrong type, or an array a wrong dtype."""


class UnsupportedOperationError(XpnetError, TypeError):
    """A `Variable` of a computational graph was asked for an operation that graphs lack."""


class ShapeError(XpnetError, ValueError):
    """An array does not fit where it was put."""


class LabelError(XpnetError, ValueError):
    """Labels are not integers, one-hot or soft rows, or are out of range."""


class NotForwardedError(XpnetError, RuntimeError):
    """A layer's backward was called before its forward."""


class NetworkError(XpnetError, ValueError):
    """These layers cannot make a network."""


class GraphError(XpnetError, ValueError):
    """These variables make no computational graph."""


class DataError(XpnetError, ValueError):
    """A data file is missing, damaged or of another format."""


class CheckpointError(XpnetError, ValueError):
    """A network or a run cannot be saved, or a file of one is damaged or of something else."""


class OptionError(XpnetError, ValueError):
    """An option has a value that it cannot take."""


class UnknownNameError(XpnetError, KeyError):
    """Nothing has the name that was asked for."""

    def __str__(self) -> str:
        """The message as it is; a KeyError would show it in quotes."""
        return Exception.__str__(self)


class ReadOnlyError(XpnetError, AttributeError):
    """An attribute cannot be replaced."""


class NonFiniteLossError(XpnetError, ArithmeticError):
    """The loss became NaN or infinite.

    Attributes
    ----------
    iteration : int
        The first iteration, counted from 1, whose loss was not finite.
    history : History or None
        All that was recorded up to the stop.
    """

    def __init__(self, message: str, iteration: int = 0, history: Any = None) -> None:
        super().__init__(message)
        self.iteration = iteration
        self.history = history


class PartialUpdateError(XpnetError, RuntimeError):
    """An update was interrupted while it wrote: parameters and optimizer belong to no iteration."""


class DistributedError(XpnetError, RuntimeError):
    """The processes of a job differ in what they should share, or cannot reach each other.

    Attributes
    ----------
    alike : bool
        Whether every rank raises this error with this message.
    """

    def __init__(self, message: str, alike: bool = False) -> None:
        super().__init__(message)
        self.alike = alike


class OutOfMemoryError(XpnetError, MemoryError):
    """A call of a network or of a trainer needs more memory than there is.

    The network still works: its parameters are as they were, and what the call had taken is
    given back, so that a smaller batch can succeed at once. Arrays in the frame of a layer of
    one's own, which a debugger shows, are given back with the error.

    Attributes
    ----------
    rows : int or None
        The rows that the call was given.
    """

    def __init__(self, message: str, rows: int | None = None) -> None:
        super().__init__(message)
        self.rows = rows
