"""How high each cell stands, so that the main lines are straight and nothing overlaps."""

from __future__ import annotations

from graphlib import TopologicalSorter
from itertools import pairwise

from xpnet.graph.layout.cells import Cells
from xpnet.graph.layout.straight import blocks

__all__ = ["rows"]

ROUNDS = 8
TOUCH = 1e-6
"""Blocks that are nearer to each other than this and their gap touch."""


def rows(levels: list[list[int]], cells: Cells) -> list[float]:
    """The row of each cell: 0 is the top, and cells of one level never overlap.

    Cells that follow one another in a straight line are one block and get one row. Every block
    goes as high as those above it allow, and then, round by round, as near to the mean of its
    neighbours as there is space; it takes along what it touches on its way.
    """
    block = blocks(levels, cells)
    stack = _Stack(levels, cells, block)
    for _ in range(ROUNDS):
        up = [stack.move(head, up=True) for head in stack.order]
        down = [stack.move(head, up=False) for head in reversed(stack.order)]
        if not any(up) and not any(down):
            break
    top = min(stack.row.values(), default=0.0)
    return [stack.row[head] - top for head in block]


class _Stack:
    """Blocks, each known by its leftmost cell, and their rows.

    Attributes
    ----------
    above, below : dict of dict
        Which blocks stand directly above and below each, and how far away at least.
    neighbours : dict of list
        The blocks to which each is joined: those with operations, or where there are none, all.
    main : set
        The blocks that hold more than leaves of the graph and their edges.
    order : list
        No block stands before one that is above it.
    row : dict
    """

    def __init__(self, levels: list[list[int]], cells: Cells, block: list[int]) -> None:
        self.above: dict[int, dict[int, float]] = {head: {} for head in block}
        self.below: dict[int, dict[int, float]] = {head: {} for head in block}
        for level in levels:
            for upper, lower in pairwise(level):
                high, low = block[upper], block[lower]
                gap = (cells.height[upper] + cells.height[lower]) / 2
                gap = max(gap, self.above[low].get(high, 0.0))
                self.above[low][high] = self.below[high][low] = gap
        self.main = {head for cell, head in enumerate(block) if not cells.minor[cell]}
        self.neighbours: dict[int, list[int]] = {head: [] for head in block}
        for left, after in enumerate(cells.after):
            for right in after:
                if block[left] != block[right]:
                    self.neighbours[block[left]].append(block[right])
                    self.neighbours[block[right]].append(block[left])
        for head, others in self.neighbours.items():
            self.neighbours[head] = [other for other in others if other in self.main] or others
        sorter = TopologicalSorter({head: list(above) for head, above in self.above.items()})
        self.order = list(sorter.static_order())
        self.row: dict[int, float] = {}
        for head in self.order:
            heights = [self.row[other] + gap for other, gap in self.above[head].items()]
            self.row[head] = max(heights, default=0.0)

    def move(self, head: int, up: bool) -> bool:
        """Move a block, and those that touch it on that side, where their neighbours pull them.

        Returns whether they moved.
        """
        sign = -1 if up else 1
        group, slack_left = self._touched(head, sign)
        pull = self._pull(group & self.main or group, group)
        far = min(sign * sum(pull) / len(pull), slack_left) if pull else 0.0
        if far <= TOUCH:
            return False
        for member in group:
            self.row[member] += sign * far
        return True

    def _touched(self, head: int, sign: int) -> tuple[set[int], float]:
        """A block with those that it would push, and how far they can go together."""
        ahead = self.below if sign > 0 else self.above
        group, waiting, slack_left = {head}, [head], float("inf")
        while waiting:
            member = waiting.pop()
            for other, gap in ahead[member].items():
                slack = sign * (self.row[other] - self.row[member]) - gap
                if slack > TOUCH:
                    slack_left = min(slack_left, slack)
                elif other not in group:
                    group.add(other)
                    waiting.append(other)
        return group, slack_left

    def _pull(self, members: set[int], group: set[int]) -> list[float]:
        """How far away the neighbours outside the group are."""
        return [
            self.row[other] - self.row[member]
            for member in sorted(members)
            for other in self.neighbours[member]
            if other not in group
        ]
