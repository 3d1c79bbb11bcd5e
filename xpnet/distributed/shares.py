"""Which rows of a batch belong to which rank."""

from __future__ import annotations

__all__ = ["share"]


def share(rows: int, rank: int, size: int) -> slice:
    """The part of so many rows that belongs to `rank`, of `size` ranks.

    The parts are those of ``numpy.array_split``: one after the other, the first ones larger by
    one row where `size` does not divide `rows`, the last ones empty where there are more ranks
    than rows.

    Parameters
    ----------
    rows : int
    rank : int
        From 0 to ``size - 1``.
    size : int
        How many ranks there are.

    Returns
    -------
    slice

    Examples
    --------
    >>> from xpnet.distributed import share
    >>> [share(10, rank, 3) for rank in range(3)]
    [slice(0, 4, None), slice(4, 7, None), slice(7, 10, None)]
    """
    smaller, larger = divmod(rows, size)
    start = rank * smaller + min(rank, larger)
    return slice(start, start + smaller + (rank < larger))
