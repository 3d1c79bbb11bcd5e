"""Runs of parameter entries that move the same rows of a batch."""

from __future__ import annotations

from typing import Any

__all__ = ["runs"]


def runs(size: int, affected: Any, room: int) -> list[tuple[int, int, Any]]:
    """The entries of a parameter in order, cut where other rows are moved.

    Parameters
    ----------
    size : int
        Entries in all.
    affected : host array of bool, shape (slices, N), or None
        Which rows the entries of each slice move, all slices of one size; None is every row.
    room : int
        Neighbours join as long as their entries times the rows that any of them moves are no
        more than this.

    Returns
    -------
    list of (start, stop, rows)
        ``rows`` is a host array of integers, or None for every row. Entries that move no row are
        in no run.

    Examples
    --------
    >>> affected = np.array([[True, False], [True, False], [False, False], [True, True]])
    >>> [(start, stop, rows.tolist()) for start, stop, rows in runs(12, affected, room=6)]
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
            if (k + 1 - begun) * span * int(both.sum()) <= room:
                found[-1] = begun, k + 1, both
                continue
        found.append((k, k + 1, affected[k]))
    return [(begun * span, ended * span, rows.nonzero()[0]) for begun, ended, rows in found]
