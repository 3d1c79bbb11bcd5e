"""The order of the cells on each level, so that few edges cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

from xpnet.graph.layout.cells import Cells

__all__ = ["crossings", "ordered"]

SWEEPS = 12


def ordered(cells: Cells) -> list[list[int]]:
    """The cells of each level from top to bottom.

    First the inputs of every operation in the order of its arguments, which is without crossings
    where each value has one use. Then, where edges cross, sweeps over the levels, each of which
    puts every cell at the mean place of its neighbours; the best order of all is kept.
    """
    levels = _as_written(cells)
    best, fewest = levels, crossings(levels, cells)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        levels = _swept(levels, cells, leftward=sweep % 2 == 0)
        count = crossings(levels, cells)
        if count < fewest:
            best, fewest = levels, count
    return best


def crossings(levels: list[list[int]], cells: Cells) -> int:
    """How many pairs of lines between neighbouring levels cross."""
    place = _places(levels)
    count = 0
    for level in levels[1:]:
        passed: list[int] = []
        for cell in level:
            comes_from = sorted(place[left] for left in cells.before[cell])
            count += sum(len(passed) - bisect_right(passed, here) for here in comes_from)
            for here in comes_from:
                insort(passed, here)
    return count


def _as_written(cells: Cells) -> list[list[int]]:
    """From each end of the graph to the left, the first argument first."""
    levels: list[list[int]] = [[] for _ in range(max(cells.level, default=-1) + 1)]
    seen = [False] * len(cells.level)
    for end in range(len(cells.level)):
        waiting = [] if cells.after[end] else [end]
        while waiting:
            cell = waiting.pop()
            if not seen[cell]:
                seen[cell] = True
                levels[cells.level[cell]].append(cell)
                waiting += reversed(cells.before[cell])
    return levels


def _swept(levels: list[list[int]], cells: Cells, leftward: bool) -> list[list[int]]:
    """Every level sorted by where its neighbours on one side are, then mended pair by pair."""
    levels = [list(level) for level in levels]
    place = _places(levels)
    neighbours = cells.after if leftward else cells.before
    for level in reversed(levels) if leftward else levels:
        level.sort(key={cell: _mean_place(cell, neighbours, place) for cell in level}.__getitem__)
        place.update({cell: at for at, cell in enumerate(level)})
    for level in levels:
        for at in range(len(level) - 1):
            upper, lower = level[at : at + 2]
            if _crossed(upper, lower, cells, place) > _crossed(lower, upper, cells, place):
                level[at : at + 2] = lower, upper
                place.update({lower: at, upper: at + 1})
    return levels


def _crossed(upper: int, lower: int, cells: Cells, place: dict[int, int]) -> int:
    """How many lines of two cells cross if one stands above the other."""
    count = 0
    for neighbours in (cells.before, cells.after):
        below = sorted(place[near] for near in neighbours[lower])
        count += sum(bisect_left(below, place[near]) for near in neighbours[upper])
    return count


def _mean_place(cell: int, neighbours: list[list[int]], place: dict[int, int]) -> float:
    """Of a cell's neighbours; its own where it has none."""
    near = neighbours[cell] or [cell]
    return sum(place[other] for other in near) / len(near)


def _places(levels: list[list[int]]) -> dict[int, int]:
    return {cell: place for level in levels for place, cell in enumerate(level)}
