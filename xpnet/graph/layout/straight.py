"""Which cells follow one another in a straight line."""

from __future__ import annotations

from bisect import bisect
from itertools import pairwise

from xpnet.graph.layout.cells import Cells

__all__ = ["blocks"]


def blocks(levels: list[list[int]], cells: Cells) -> list[int]:
    """For each cell the leftmost cell of the straight line in which it stands.

    No two of these lines cross, so that there is always space for all.
    """
    place = {cell: at for level in levels for at, cell in enumerate(level)}
    follower: dict[int, int] = {}
    leader: dict[int, int] = {}
    taken: list[list[tuple[int, int]]] = [[] for _ in levels]
    for left, right in _wishes(cells):
        pair = place[left], place[right]
        others = taken[cells.level[left]]
        at = bisect(others, pair)
        crosses = (at > 0 and others[at - 1][1] > pair[1]) or (
            at < len(others) and others[at][1] < pair[1]
        )
        if left not in follower and right not in leader and not crosses:
            follower[left], leader[right] = right, left
            others.insert(at, pair)
    block = list(range(len(cells.level)))
    for level in levels:
        for cell in level:
            if cell in leader:
                block[cell] = block[leader[cell]]
    return block


def _wishes(cells: Cells) -> list[tuple[int, int]]:
    """Pairs of neighbours that would stand on one row, the most urgent first.

    A long edge shall not bend on its way; an operation shall continue the line of its main input;
    and a value shall leave on its own row.
    """
    main = _main_paths(cells)
    inner, ends, starts = [], [], []
    for key, path in enumerate(cells.paths):
        pairs = list(pairwise(path))
        inner += pairs[1:-1]
        if key in main:
            ends.append(pairs[-1])
        if len(pairs) > 1:
            starts.append((key not in main, len(pairs), pairs[0]))
    return [*inner, *ends, *(pair for _, _, pair in sorted(starts))]


def _main_paths(cells: Cells) -> set[int]:
    """For each node the edge whose line it continues: one from an operation, rather a long one.

    Where two of them have the same right, the node stands between them, and none is chosen.
    """
    entering: dict[int, list[int]] = {}
    for key, path in enumerate(cells.paths):
        entering.setdefault(path[-1], []).append(key)
    main = set()
    for keys in entering.values():
        ranks = [(not cells.minor[cells.paths[key][0]], len(cells.paths[key])) for key in keys]
        highest = max(ranks)
        if ranks.count(highest) == 1 or not highest[0]:
            main.add(keys[ranks.index(highest)])
    return main
