"""Stepper: one training step after the other, each of them done or not."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from xpnet.backends import Array
from xpnet.checks import whole_number
from xpnet.errors import OptionError, OutOfMemoryError, PartialUpdateError
from xpnet.networks import Network
from xpnet.networks.inference import largest_product
from xpnet.networks.out_of_memory import let_go, out_of_memory
from xpnet.optimizers import Optimizer
from xpnet.training.batches import Batches
from xpnet.training.data import checked_set
from xpnet.training.signals import held_signals
from xpnet.training.updates import Update, about_to_update

__all__ = ["Stepper"]


class Stepper:
    """What a `Trainer` needs for its steps; see there for parameters and attributes."""

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer,
        train: tuple[Array, Array],
        batch_size: int,
        seed: Any,
        scale: float | None,
        replacement: bool,
        threads: int | None,
    ) -> None:
        if not isinstance(net, Network):
            raise OptionError(f"net is {net!r}: wanted a Network")
        if isinstance(optimizer, type) or not hasattr(optimizer, "update"):
            raise OptionError(f"optimizer is {optimizer!r}: wanted an object, such as SGD(lr=0.1)")
        self.net, self.optimizer = net, optimizer
        self.train = checked_set(net, train, "train", scale)
        self.scale = None if scale is None else float(scale)
        self.replacement = replacement
        self._batches = Batches(int(self.train[0].shape[0]), batch_size, seed, replacement)
        self.batch_size, self.steps_per_epoch = self._batches.size, self._batches.an_epoch
        self.threads = None if threads is None else whole_number("threads", threads)
        self._product = largest_product(net, self.batch_size)
        self.iteration = 0
        self._last: tuple[int, Array] = 0, None  # the iteration of the last step, and its loss
        self._update: Update | None = None  # until it is known to be counted

    def step(self) -> Array:
        """One training step; returns its loss, which stays on the device.

        Ctrl-C is raised behind the step, and a second one at once. An error in the step leaves
        parameters, optimizer, `iteration` and the order of the batches as before it, or, if the
        update was done, as behind it.

        Raises
        ------
        OutOfMemoryError
            The step does not fit in memory and is not done, not even in part: a next call does
            the same step.
        PartialUpdateError
            An update was cut off while it wrote, now or before; the message says what to do.
            A KeyboardInterrupt that did it stays one, with that message.
        """
        self._check_whole()
        number = self.iteration + 1
        with held_signals(), self._in_threads():
            try:
                return self._step(number)
            except BaseException as error:
                if not self._is_whole() and isinstance(error, (Exception, KeyboardInterrupt)):
                    told = PartialUpdateError if isinstance(error, Exception) else KeyboardInterrupt
                    raise told(_cut_off(number)) from error
                if not isinstance(error, MemoryError) or self.iteration == number:
                    raise
                if isinstance(error, OutOfMemoryError):
                    let_go(error, self.net.backend)
                    raise
                raise out_of_memory(error, self.net, "training step", self.batch_size) from error

    def _in_threads(self) -> AbstractContextManager[object]:
        """A block that takes the threads that were asked for, or those that suit its products."""
        backend = self.net.backend
        if self.threads is not None:
            return backend.threads(self.threads)
        return backend.few_threads(self._product)

    def _step(self, number: int) -> Array:
        net = self.net
        index = self._batches.at(self.iteration, net.backend.name)
        x, t = net.backend.gather(*self.train, index, net.dtype, self.scale)
        loss = net.backprop(x, t)
        self._last = number, loss
        self._update = about_to_update(number, self.optimizer, net)
        self.optimizer.update(net.params, net.grads)
        self.iteration = number
        self._update = None
        return loss

    def _is_whole(self) -> bool:
        """Count an update that was cut off behind its work; False if it was in the midst of it."""
        update = self._update
        if update is not None and self.iteration < update.number:
            done = update.was_done(self.optimizer, self.net)
            if done is None:
                return False
            self.iteration = update.number if done else self.iteration
        self._update = None
        return True

    def _check_whole(self) -> None:
        if self._update is not None and not self._is_whole():
            raise PartialUpdateError(_cut_off(self._update.number))


def _cut_off(number: int) -> str:
    return (
        f"Trainer: the update of iteration {number} was cut off while it wrote, so parameters and "
        f"optimizer may be partly those of iteration {number - 1}, partly of {number}: go on from "
        "a copy that was made before, or make network, optimizer and trainer anew"
    )
