"""Updates that are cut off: what was written down before tells whether they were done."""

from __future__ import annotations

from typing import NamedTuple

from xpnet.backends import Array
from xpnet.networks import Network
from xpnet.optimizers import Optimizer

__all__ = ["Update", "about_to_update"]


class Update(NamedTuple):
    """What is known before an optimizer's update, to tell later what became of it.

    Attributes
    ----------
    number : int
        The iteration that it makes.
    steps : int or None
        The optimizer's `steps` before.
    params : array or None
        The parameters before, where an update of somebody else's does not say what it has written.
    """

    number: int
    steps: int | None
    params: Array | None

    def was_done(self, optimizer: Optimizer, net: Network) -> bool | None:
        """Whether the update was done: True, False, or None for a part of it."""
        if getattr(optimizer, "writing", False) is True:
            return None
        if self.steps != _steps(optimizer):  # somebody else's may count before it writes
            return True if isinstance(optimizer, Optimizer) else None
        return False if self.params is None or _same(net, self.params) else None


def about_to_update(number: int, optimizer: Optimizer, net: Network) -> Update:
    """To be kept while the update runs, which makes the parameters of this iteration."""
    ours = getattr(optimizer.update, "__func__", None) is Optimizer.update
    return Update(number, _steps(optimizer), None if ours else net.params.flat.copy())


def _steps(optimizer: Optimizer) -> int | None:
    return getattr(optimizer, "steps", None)


def _same(net: Network, before: Array) -> bool:
    """Whether no parameter has another value; NaN is as NaN."""
    now = net.params.flat
    return bool(((now == before) | ((now != now) & (before != before))).all())
