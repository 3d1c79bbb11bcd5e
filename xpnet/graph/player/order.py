"""The order of what stands in a column, such that few lines cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence

__all__ = ["SWEEPS", "as_read", "fewest_crossings", "mean"]

SWEEPS = 8
"""To the right and back: orders and heights hardly change after that."""


def as_read(chains: list[list[int]], columns: list[int], count: int) -> list[list[int]]:
    """The columns in the order in which an expression is read: first operands above."""
    order: list[list[int]] = [[] for _ in range(max(columns, default=0) + 1)]
    into: list[list[list[int]]] = [[] for _ in range(count)]
    for chain in chains:
        into[chain[-1]].append(chain)
    seen = [False] * count
    for end in reversed(range(count)):
        waiting = [[end]]
        while waiting:
            chain = waiting.pop()
            for item in chain[1:-1]:
                order[columns[item]].append(item)
            if not seen[chain[0]]:
                seen[chain[0]] = True
                order[columns[chain[0]]].append(chain[0])
                waiting += reversed(into[chain[0]])
    return order


def fewest_crossings(
    order: list[list[int]], left: list[list[int]], right: list[list[int]]
) -> list[list[int]]:
    """The order in each column, such that few lines cross: the best of some sweeps."""
    best, fewest = order, _crossings(order, right)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        order = [list(column) for column in order]
        near = right if sweep % 2 else left
        at: dict[int, int] = {}
        for column in reversed(order) if sweep % 2 else order:
            moving = [item for item in column if near[item]]
            moved = iter(sorted(moving, key=lambda item: mean(at, near[item])))
            column[:] = [next(moved) if near[item] else item for item in column]
            at.update((item, place) for place, item in enumerate(column))
        crossings = _crossings(order, right)
        if crossings < fewest:
            best, fewest = order, crossings
    return best


def _crossings(order: list[list[int]], right: list[list[int]]) -> int:
    """How many pairs of lines cross between columns."""
    count = 0
    at = {item: place for column in order for place, item in enumerate(column)}
    for column in order:
        ends: list[int] = []
        for item in column:
            here = sorted(at[other] for other in right[item])
            count += sum(len(ends) - bisect_right(ends, end) for end in here)
            for end in here:
                insort(ends, end)
    return count


def mean(values: Sequence[float] | Mapping[int, float], items: list[int]) -> float:
    """The mean of the values of these items."""
    return sum(values[item] for item in items) / len(items)
