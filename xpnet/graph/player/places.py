"""Where boxes and lines of a graph stand, from left to right; plain arithmetic, no packages.

Every line between two boxes gets a slot of its own, wide and high enough for its numbers, in a
column between theirs, and in each column that it passes. Columns are then stacked: nothing can lie
on anything else, since slots and boxes have room and lines bend only between columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from xpnet.graph.player.order import SWEEPS, as_read, fewest_crossings, mean

__all__ = ["Places", "Size", "places"]

APART = 14.0
"""Between boxes of a column."""


@dataclass(frozen=True)
class Size:
    """The room that a thing takes: its width, and from its line up and down."""

    width: float
    above: float
    below: float


@dataclass(frozen=True)
class Places:
    """Where everything stands; x to the right and y down, from 0.

    Attributes
    ----------
    nodes, slots : list of (float, float)
        The middle of each node, and of the slot that holds the numbers of each edge.
    runs : list of list of (float, float, float)
        For each edge the level pieces of its line, (left, right, y): the first begins in the
        middle of its source, the last ends in the middle of its target.
    width, height : float
    """

    nodes: list[tuple[float, float]]
    slots: list[tuple[float, float]]
    runs: list[list[tuple[float, float, float]]]
    width: float
    height: float


def places(
    nodes: Sequence[Size], edges: Sequence[tuple[int, int]], labels: Sequence[Size]
) -> Places:
    """Place nodes in columns, sources left of targets, with room for the labels of the edges.

    Parameters
    ----------
    nodes : sequence of Size
    edges : sequence of (int, int)
        Source and target; a source has the smaller number.
    labels : sequence of Size
        What the line of each edge carries.

    Returns
    -------
    Places

    Examples
    --------
    >>> found = places([Size(40, 20, 20)] * 2, [(0, 1)], [Size(30, 18, 18)])
    >>> found.nodes, found.width, found.height
    ([(20.0, 20.0), (138.0, 20.0)], 158.0, 40.0)
    """
    ranks = _ranks(len(nodes), edges)
    sizes, columns = list(nodes), [2 * rank for rank in ranks]
    chains = []  # for each edge: source, slots, target
    for (source, target), label in zip(edges, labels, strict=True):
        between = range(columns[source] + 1, columns[target])
        first = len(sizes)
        sizes += [label] + [Size(0, 8, 8)] * (len(between) - 1)
        columns += between
        chains.append([source, *range(first, len(sizes)), target])
    left: list[list[int]] = [[] for _ in sizes]
    right: list[list[int]] = [[] for _ in sizes]
    for chain in chains:
        for a, b in pairwise(chain):
            right[a].append(b)
            left[b].append(a)
    order = fewest_crossings(as_read(chains, columns, len(nodes)), left, right)
    y = _heights(order, sizes, left, right)
    x, borders = _widths(order, sizes, y, right)
    runs = [[(*borders[columns[item]], y[item]) for item in chain] for chain in chains]
    for chain, run in zip(chains, runs, strict=True):
        run[0] = x[chain[0]], run[0][1], run[0][2]
        run[-1] = run[-1][0], x[chain[-1]], run[-1][2]
    return Places(
        nodes=[(x[node], y[node]) for node in range(len(nodes))],
        slots=[(x[chain[1]], y[chain[1]]) for chain in chains],
        runs=runs,
        width=max(right for _, right in borders),
        height=max(y[item] + size.below for item, size in enumerate(sizes)),
    )


def _ranks(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The column of each node: behind all its sources, and near its uses if those allow it."""
    sources: list[list[int]] = [[] for _ in range(count)]
    targets: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        sources[target].append(source)
        targets[source].append(target)
    ranks = [0] * count
    for node in range(count):
        ranks[node] = max((ranks[source] + 1 for source in sources[node]), default=0)
    for node in reversed(range(count)):
        held = [source for source in sources[node] if sources[source]]
        if len(held) < len(targets[node]):  # more lines get shorter than longer
            ranks[node] = min(ranks[target] for target in targets[node]) - 1
    return ranks


def _heights(
    order: list[list[int]], sizes: list[Size], left: list[list[int]], right: list[list[int]]
) -> list[float]:
    """The y of each item: near the mean of what it is joined to, with room in its column."""
    y = [0.0] * len(sizes)
    for sweep in range(2 * SWEEPS + 1):
        near, else_near = (right, left) if sweep % 2 else (left, right)
        for column in reversed(order) if sweep % 2 else order:
            wanted = [mean(y, near[item] or else_near[item] or [item]) for item in column]
            for item, found in zip(column, _apart(column, wanted, sizes), strict=True):
                y[item] = found
    top = min(y[item] - size.above for item, size in enumerate(sizes))
    return [place - top for place in y]


def _apart(column: list[int], wanted: list[float], sizes: list[Size]) -> list[float]:
    """The places nearest to the wanted ones, by least squares, that leave room for every item.

    With the room taken off, places must not decrease: neighbours that would are pooled, and stand
    at the mean of what they want (isotonic regression).
    """
    rooms = [0.0]
    for above, below in pairwise(column):
        rooms.append(rooms[-1] + sizes[above].below + APART + sizes[below].above)
    pools: list[tuple[float, int]] = []  # mean, count
    for want, room in zip(wanted, rooms, strict=True):
        mean, count = want - room, 1
        while pools and pools[-1][0] > mean:
            before, number = pools.pop()
            mean = (before * number + mean * count) / (number + count)
            count += number
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    return [mean + room for mean, room in zip(means, rooms, strict=True)]


def _widths(
    order: list[list[int]], sizes: list[Size], y: list[float], right: list[list[int]]
) -> tuple[list[float], list[tuple[float, float]]]:
    """The x of each item, and left and right of each column; steep lines get room to bend."""
    x = [0.0] * len(sizes)
    borders = []
    at = 0.0
    for column in order:
        width = max(sizes[item].width for item in column)
        for item in column:
            x[item] = at + width / 2
        borders.append((at, at + width))
        steps = (abs(y[other] - y[item]) for item in column for other in right[item])
        at += width + min(max(24, 0.7 * max(steps, default=0.0)), 120)
    return x, borders
