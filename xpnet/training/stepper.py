"""Stepper: one training step after the other, each of them done or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from numbers import Real
from typing import Any

from xpnet.backends import Array
from xpnet.checkpoints import Document
from xpnet.checks import above_zero, is_number, whole_number
from xpnet.distributed import Communicator
from xpnet.errors import OptionError, OutOfMemoryError, PartialUpdateError
from xpnet.initializers import Seed, seeded
from xpnet.machine import cores
from xpnet.networks import Network
from xpnet.networks.buffers import restore, saved
from xpnet.networks.inference import largest_product
from xpnet.networks.out_of_memory import free_memory, out_of_memory
from xpnet.optimizers import Optimizer
from xpnet.training.batches import Batches
from xpnet.training.capturing import Capturing
from xpnet.training.data import checked_set
from xpnet.training.obstacles import obstacles
from xpnet.training.parts import Parts
from xpnet.training.ranks import checked_communicator, same_generator
from xpnet.training.signals import held_signals
from xpnet.training.step_gradients import step_gradients
from xpnet.training.updates import Updates
from xpnet.training.validation import Split, split_set

__all__ = ["Stepper"]


class Stepper:
    """The steps of a `Trainer`, which describes parameters and attributes."""

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer,
        train: tuple[Array, Array],
        *,
        validation: float | tuple[Array, Array] | None,
        batch_size: int,
        seed: Seed,
        scale: float | None,
        clip_norm: float | None,
        replacement: bool,
        threads: int | None,
        capture: bool | None,
        comm: Communicator | None,
        accumulate: int,
    ) -> None:
        if not isinstance(net, Network):
            raise OptionError(f"net: expected a Network, got {net!r}")
        if isinstance(optimizer, type) or not hasattr(optimizer, "update"):
            raise OptionError(
                f"optimizer: expected an object with a method update, such as SGD(lr=0.1), "
                f"got {optimizer!r}"
            )
        self.net, self.optimizer = net, optimizer
        self.comm = checked_communicator(comm)
        rng = same_generator(self.comm, seeded(seed))
        self.split: Split | None = None
        if isinstance(validation, Real) and is_number(validation):
            share = float(validation)
            self.split, train, validation = split_set(train, share, rng, net.backend.name)
        self.train = checked_set(net, train, "train", scale)
        self.validation = None
        if validation is not None:
            self.validation = checked_set(net, validation, "validation", scale)
        self.scale = None if scale is None else float(scale)
        self.clip_norm = None if clip_norm is None else above_zero("clip_norm", clip_norm)
        self.replacement = replacement
        self.batches = Batches(int(self.train[0].shape[0]), batch_size, rng, replacement)
        self.batch_size, self.steps_per_epoch = self.batches.size, self.batches.an_epoch
        self.parts = Parts(self.comm, accumulate, self.batch_size)
        self.threads = None if threads is None else whole_number("threads", threads)
        self._limit = self.threads
        if self.threads is None and self.comm.size > 1:  # ranks on one machine share its cores
            self._limit = max(1, cores() // self.comm.local_size)
        self._product = largest_product(net, self.batch_size)
        self._updates = Updates()
        self._last: tuple[int, Array] = 0, None  # the iteration of the last step, and its loss
        self._capturing = Capturing(capture)
        self._capturing.check(self)  # so that an error comes early

    @property
    def iteration(self) -> int:
        """Steps done, over all runs."""
        return self._updates.done

    def state(self) -> dict[str, Any]:
        """What decides the steps to come beside network and optimizer, as JSON values.

        Raises
        ------
        CheckpointError
            The generator of the batches is of a kind whose state cannot be saved.
        PartialUpdateError
            An update is half done.
        """
        self._updates.check()
        return {
            "iteration": self.iteration,
            "batch_size": self.batch_size,
            "scale": self.scale,
            "clip_norm": self.clip_norm,
            "replacement": self.replacement,
            "threads": self.threads,
            "split": None if self.split is None else self.split.state(),
            "batches": self.batches.state(),
        }

    def restore(self, saved: Document) -> None:
        """Go on with the steps of a state that was saved, of a stepper with the same options.

        Raises
        ------
        CheckpointError
        """
        iteration = saved.count("iteration")
        self.batches.restore(saved.part("batches"), self.net.backend.name)
        self._updates.done = iteration

    def step(self) -> Array:
        """One training step; returns its loss, which stays on the device.

        Ctrl-C is raised after the step, and a second one at once. An error in the step leaves
        parameters, buffers, optimizer, `iteration` and the order of the batches as before it, or,
        if the update was done, as after it.

        Raises
        ------
        OutOfMemoryError
            The step does not fit in memory and is not done, not even in part: a next call does
            the same step.
        PartialUpdateError
            An update was cut off while it wrote, now or before; the message says what to do.
            A KeyboardInterrupt that did it stays one, with that message.
        """
        self._updates.check()
        done = self.iteration
        with held_signals(), self._in_threads():
            try:
                return self._done_or_not(partial(self._step, done))
            except BaseException as error:
                self._tell_of_a_part(error)
                if not isinstance(error, MemoryError) or self.iteration != done:
                    raise
                if isinstance(error, OutOfMemoryError):
                    free_memory(error, self.net.backend)
                    raise
                raise out_of_memory(error, self.net, "training step", self.batch_size) from error

    def obstacles(self) -> Iterator[str]:
        """What stands against capturing its steps: a clause each."""
        if getattr(self.step, "__func__", None) is not Stepper.step:
            yield f"{type(self).__name__} has a step of its own"
        yield from obstacles(self)

    def _next_step(self) -> Array:
        """The next step of a run, captured or plain; returns its loss."""
        try:
            loss = self._capturing.step(self)
        except BaseException as error:
            self._tell_of_a_part(error)
            raise
        if loss is None:
            return self._capturing.with_its_memory(self.step, self.net.backend)
        return loss

    def _tell_of_a_part(self, error: BaseException) -> None:
        """Raise what says so if the update that an error cut off is half done."""
        if not self._updates.are_whole() and isinstance(error, (Exception, KeyboardInterrupt)):
            kind = PartialUpdateError if isinstance(error, Exception) else KeyboardInterrupt
            raise kind(self._updates.message()) from error

    def _done_or_not(self, step: Callable[[], Array]) -> Array:
        """What `step` gives; if it is cut off before it is done, its layers' buffers are put back.

        Its forward writes into them long before the update, which decides whether it is done.
        """
        done, buffers = self.iteration, saved(self.net.stack)
        try:
            return step()
        except BaseException:
            if self._updates.are_whole() and self.iteration == done:
                restore(buffers)
            raise

    def _in_threads(self) -> AbstractContextManager[object]:
        """A block that takes the threads that were asked for, or those that suit its products."""
        backend = self.net.backend
        if self._limit is not None:
            return backend.threads(self._limit)
        return backend.few_threads(self._product)

    def _step(self, done: int) -> Array:
        """The step after so many."""
        net = self.net
        rows = self.batches.at(done, net.backend.name)
        loss = step_gradients(net, self.train, rows, self.scale, self.clip_norm, self.parts)
        self._last = done + 1, loss
        self._updates.run(net, self.optimizer)
        return loss
