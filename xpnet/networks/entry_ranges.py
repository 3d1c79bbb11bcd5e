"""Ranges of parameter entries that affect the same rows of a batch."""

from __future__ import annotations

from typing import Any

__all__ = ["entry_ranges"]


def entry_ranges(size: int, affected: Any, most: int) -> list[tuple[int, int, Any]]:
    """The entries of a parameter in order, cut where other rows are affected.

    Parameters
    ----------
    size : int
        Entries in all.
    affected : host array of bool, shape (slices, N), or None
        Which rows the entries of each slice affect, all slices of one size; None is every row.
    most : int
        Neighbours join as long as their entries times the rows that any of them affects are no
        more than this.

    Returns
    -------
    list of (start, stop, rows)
        ``rows`` is a host array of integers, or None for every row. Entries that affect no row
        are in no range.

    Examples
    --------
    >>> affected = np.array([[True, False], [True, False], [False, False], [True, True]])
    >>> [(start, stop, rows.tolist()) for start, stop, rows in entry_ranges(12, affected, 6)]
    [(0, 6, [0]), (9, 12, [0, 1])]
    """
    if affected is None:
        return [(0, size, None)]
    span = size // len(affected)
    found: list[tuple[int, int, Any]] = []  # first slice, the one behind the last, rows as bool
    for k in affected.any(axis=1).nonzero()[0].tolist():
        begun, ended, moved = found[-1] if found else (0, -1, None)
        if ended == k:
            both = moved | affected[k]
            if (k + 1 - begun) * span * int(both.sum()) <= most:
                found[-1] = begun, k + 1, both
                continue
        found.append((k, k + 1, affected[k]))
    return [(begun * span, ended * span, rows.nonzero()[0]) for begun, ended, rows in found]
