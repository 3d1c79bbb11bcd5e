"""CapturedStep: a training step that was recorded once, to be replayed by one launch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from xpnet.backends import Array, get_matmul_precision
from xpnet.optimizers.captured_update import CapturedUpdate
from xpnet.optimizers.schedule import Schedule
from xpnet.training.step_gradients import step_gradients

if TYPE_CHECKING:
    from xpnet.training.stepper import Stepper

__all__ = ["CapturedStep"]


class CapturedStep:
    """A step of a trainer over certain memory: `prepare` an iteration, `record` it, then `replay`.

    The rows of a batch and the numbers of an update are laid out for many steps at once, and each
    step brings those of the next, so that nothing is copied to the device between them.

    Parameters
    ----------
    stepper : Stepper
        Whose optimizer is ready for the parameters. It is not kept.
    loss_dtype : dtype
    """

    def __init__(self, stepper: Stepper, loss_dtype: Any) -> None:
        net = stepper.net
        self._net, self._optimizer, self._batches = net, stepper.optimizer, stepper.batches
        self._train, self._scale, self._loss_dtype = stepper.train, stepper.scale, loss_dtype
        self._clip_norm, self._parts = stepper.clip_norm, stepper.parts
        self._precision = get_matmul_precision()  # which the products that are recorded keep
        self._update = CapturedUpdate(stepper.optimizer, net.params, net.grads)
        self._feed = net.backend.step_feed(self._batches.size, self._update.count, net.dtype)
        self._replay: Callable[[], None] | None = None
        self._epoch, self._losses = -1, cast(Array, None)  # those of the epoch
        self._next = -1  # the iteration that is prepared
        self._first, self._table = 0, [[0.0]]  # the numbers of the iterations from `_first` on
        self._ahead = self._batches.an_epoch

    def fits(self, stepper: Stepper) -> bool:
        """Whether the trainer still has the memory and the options that this was made with."""
        net = self._net
        return (
            net is stepper.net
            and self._optimizer is stepper.optimizer
            and self._train is stepper.train
            and self._scale == stepper.scale
            and self._clip_norm == stepper.clip_norm
            and self._precision == get_matmul_precision()
            and self._update.fits(net.params, net.grads)
        )

    def is_prepared(self, iteration: int) -> bool:
        """Whether a replay would do this iteration, by the numbers that the optimizer now has."""
        row = iteration - self._first
        if iteration != self._next or row >= len(self._table):
            return False
        return self._table[row] == self._update.numbers(self._optimizer.steps + 1)

    def prepare(self, iteration: int) -> None:
        """Lay out rows, numbers and losses of this iteration and those behind it."""
        backend, batches = self._net.backend, self._batches
        epoch, place = divmod(iteration, batches.an_epoch)
        if epoch != self._epoch:
            self._feed.end()
        order = batches.order(epoch, backend.name)
        if epoch != self._epoch:
            self._losses = backend.xp.empty(batches.an_epoch, dtype=self._loss_dtype)
            self._epoch = epoch
        # where the numbers changed they may change again: few are laid out, then more and more
        changed = iteration == self._next and iteration - self._first < len(self._table)
        self._ahead = 1 if changed else min(2 * self._ahead, batches.an_epoch)
        step, count = self._optimizer.steps + 1, min(self._ahead, batches.full - place)
        self._table = self._numbers(step, count)
        table = backend.asarray(self._table, self._net.dtype)
        self._feed.start(place, order, table, self._losses)
        self._first = self._next = iteration

    def _numbers(self, first: int, count: int) -> list[list[float]]:
        """The numbers of so many steps from this one on, as far as there are any.

        A function of one's own may have no learning rate for steps that will never be done.
        """
        lr = self._optimizer.lr
        own = callable(lr) and not isinstance(lr, Schedule)
        rows = [self._update.numbers(first)]
        with suppress(*([Exception] if own else [])):
            for step in range(first + 1, first + count):
                rows.append(self._update.numbers(step))
        return rows

    def loss(self) -> Array:
        """Where the loss of the iteration that is prepared will be: 0-d, and nobody else's."""
        return self._losses[self._next % self._batches.an_epoch, ...]

    def record(self) -> None:
        """Do the iteration that is prepared, and record it.

        Raises
        ------
        CaptureError
            It is done, but could not be recorded.
        MemoryError
            There is no memory for a second step beside the plain one; it is not done.
        """
        self._replay = self._net.backend.capture(self._step)

    def replay(self) -> None:
        """Do the iteration that is prepared, by one launch."""
        if self._replay is not None:
            self._replay()

    def is_done(self) -> bool:
        """Whether the iteration that is prepared was done; it asks the device."""
        return self._feed.step > self._next % self._batches.an_epoch

    def go_on(self) -> None:
        """The iteration that was prepared is done: its step has prepared the next."""
        self._next += 1

    def _step(self) -> None:
        """What `Stepper` does in a plain step, over what the step before has brought."""
        feed = self._feed
        loss = step_gradients(
            self._net, self._train, feed.rows, self._scale, self._clip_norm, self._parts
        )
        self._update.run(feed.numbers, partial(feed.next, loss))
