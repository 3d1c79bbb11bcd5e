"""Part: which rows of a batch a layer is given, where a batch is worked through in parts."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["WHOLE", "Part"]


class Part(NamedTuple):
    """Where a part lies in its batch, for layers that draw by the row or count by the batch.

    Attributes
    ----------
    row : int
        The number of its first row.
    goes_on : bool
        Whether the layer has had another part of the same batch before.

    Examples
    --------
    >>> from xpnet.layers.part import Part
    >>> dropout, x = Dropout(0.5, seed=0), np.ones((4, 3))
    >>> whole = Dropout(0.5, seed=0).forward(x)
    >>> dropout.part = Part(row=0)
    >>> upper = dropout.forward(x[:2])
    >>> dropout.part = Part(row=2, goes_on=True)
    >>> bool((np.vstack([upper, dropout.forward(x[2:])]) == whole).all())
    True
    """

    row: int = 0
    goes_on: bool = False


WHOLE = Part()
"""A batch in one part."""
