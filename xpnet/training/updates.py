"""Updates: each of a trainer's updates is done, not begun, or known to be half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xpnet.backends import Array
from xpnet.errors import PartialUpdateError
from xpnet.networks import Network
from xpnet.optimizers import Optimizer
from xpnet.training.captured_step import CapturedStep

__all__ = ["Updates"]


class _Begun(NamedTuple):
    """What is known before an update, to tell later what became of it.

    Attributes
    ----------
    number : int
        The iteration that it makes.
    net : Network
    optimizer : Optimizer
        Or any object with a method `update`.
    steps : int or None
        The optimizer's `steps` before.
    params : array or None
        The parameters before, of an optimizer that does not say what it has written.
    """

    number: int
    net: Network
    optimizer: Optimizer
    steps: int | None
    params: Array | None

    def was_done(self) -> bool | None:
        """Whether the update was done: True, False, or None for a part of it."""
        if getattr(self.optimizer, "writing", False) is True:
            return None
        if self.steps != _steps(self.optimizer):  # another class may count before it writes
            return True if isinstance(self.optimizer, Optimizer) else None
        return False if self.params is None or _same(self.net, self.params) else None


class _Replayed(NamedTuple):
    """What is known before a captured update.

    Attributes
    ----------
    number, optimizer : as for `_Begun`
    steps : int
        The optimizer's `steps` before.
    step : CapturedStep
        Whose next iteration it is.
    """

    number: int
    optimizer: Optimizer
    steps: int
    step: CapturedStep

    def was_done(self) -> bool | None:
        """Whether the update was done, as the device has counted."""
        if self.optimizer.writing:
            return None
        done = self.step.is_done()
        self.optimizer.steps = self.steps + done
        return done


class Updates:
    """Runs the updates of a trainer and counts those that are done, whatever cuts one off.

    Attributes
    ----------
    done : int
        Updates done, which are the iterations of a trainer.
    """

    def __init__(self) -> None:
        self.done = 0
        self._begun: _Begun | _Replayed | None = None  # until it is known to be counted

    def run(self, net: Network, optimizer: Optimizer) -> None:
        """Do and count the next update."""
        number = self.done + 1
        reports = getattr(optimizer.update, "__func__", None) is Optimizer.update
        params = None if reports else net.params.flat.copy()
        self._begun = _Begun(number, net, optimizer, _steps(optimizer), params)
        optimizer.update(net.params, net.grads)
        self.done = number
        self._begun = None

    def run_captured(
        self, step: CapturedStep, do: Callable[[], None], optimizer: Optimizer
    ) -> None:
        """Do and count the next update, which is the iteration that `step` has prepared."""
        number, steps = self.done + 1, optimizer.steps
        self._begun = _Replayed(number, optimizer, steps, step)
        do()
        optimizer.steps = steps + 1
        self.done = number
        self._begun = None
        step.go_on()

    def are_whole(self) -> bool:
        """Count an update that was cut off after its work; False if one is half done."""
        begun = self._begun
        if begun is not None and self.done < begun.number:
            done = begun.was_done()
            if done is None:
                return False
            self.done = begun.number if done else self.done
        self._begun = None
        return True

    def check(self) -> None:
        """Raise `PartialUpdateError` if an update is half done."""
        if self._begun is not None and not self.are_whole():
            raise PartialUpdateError(self.message())

    def message(self) -> str:
        """What an error says of an update that is half done."""
        number = self.done + 1
        return (
            f"Trainer: the update of iteration {number} was cut off while it wrote, so parameters "
            f"and optimizer may be partly those of iteration {number - 1}, partly of {number}: go "
            "on from a copy that was made before, or make network, optimizer and trainer anew"
        )


def _steps(optimizer: Optimizer) -> int | None:
    return getattr(optimizer, "steps", None)


def _same(net: Network, before: Array) -> bool:
    """Whether no parameter has another value; NaN is as NaN."""
    now = net.params.flat
    return bool(((now == before) | ((now != now) & (before != before))).all())
