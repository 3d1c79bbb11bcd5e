"""Trainer: batches, steps, evaluation (chapter 5.7.4)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

import numpy as np

from xpnet.backends import Array, asarray, backend_of
from xpnet.checks import whole_number
from xpnet.errors import (
    MixedBackendError,
    NonFiniteLossError,
    OptionError,
    OutOfMemoryError,
)
from xpnet.initializers import seeded
from xpnet.networks import Network
from xpnet.networks.out_of_memory import let_go, out_of_memory
from xpnet.optimizers import Optimizer
from xpnet.training.callbacks import Callback
from xpnet.training.data import checked_set
from xpnet.training.history import History, Record
from xpnet.training.progress import progress_callback

__all__ = ["Trainer"]


class Trainer:
    """Trains a network on batches of a data set that stays on the network's device.

    Parameters
    ----------
    net : Network
    optimizer : Optimizer
    train : (x, t)
        Rows and their labels, arrays of any backend. A copy in their own dtype is placed on
        the network's backend, unless they are there.
    test : (x, t), optional
        Evaluated with the training set at the end of each epoch; without it nothing is.
    batch_size : int
    seed : int, numpy Generator or None
        Orders the batches; drawn on the host, so it means the same on every backend.
    scale : float, optional
        Multiplies each batch: 1/255 for uint8 pixels.
    replacement : bool
        False goes through a shuffled epoch, in which each row is seen once and the last batch
        may be smaller; True draws each batch from all rows, as the chapter does.
    callbacks : iterable of Callback
    progress : bool, optional
        True shows a bar, False nothing; by default a bar on a terminal, lines in a pipe.

    Attributes
    ----------
    iteration : int
        Steps done, over all runs.
    steps_per_epoch : int
    history : History

    Raises
    ------
    OptionError, ShapeError, LabelError, DataError
        An option or a data set cannot be used; labels are checked here, once.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(200, 2)).astype("float32")
    >>> t = (x[:, 0] > x[:, 1]).astype(int)
    >>> net = TwoLayerNet(2, 8, 2, weight_init_std="he", seed=0)
    >>> trainer = Trainer(net, SGD(lr=0.5), (x, t), test=(x, t), batch_size=20, progress=False)
    >>> history = trainer.run(epochs=10)
    >>> history.final.test_accuracy > 0.95
    True
    """

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer,
        train: tuple[Array, Array],
        test: tuple[Array, Array] | None = None,
        batch_size: int = 100,
        seed: Any = 0,
        scale: float | None = None,
        replacement: bool = False,
        callbacks: Iterable[Callback] = (),
        progress: bool | None = None,
    ) -> None:
        if not isinstance(net, Network):
            raise OptionError(f"net is {net!r}: wanted a Network")
        if isinstance(optimizer, type) or not hasattr(optimizer, "update"):
            raise OptionError(f"optimizer is {optimizer!r}: wanted an object, such as SGD(lr=0.1)")
        self.net, self.optimizer = net, optimizer
        self.train = checked_set(net, train, "train", scale)
        self.test = None if test is None else checked_set(net, test, "test", scale)
        self.scale = None if scale is None else float(scale)
        self.batch_size = whole_number("batch_size", batch_size)
        rows = int(self.train[0].shape[0])
        if self.batch_size > rows:
            raise OptionError(f"batch_size={batch_size}: the training set has {rows} rows")
        self.steps_per_epoch = math.ceil(rows / self.batch_size)
        self.replacement = replacement
        self.callbacks = [*callbacks, *progress_callback(progress)]
        self.iteration = 0
        self.history = History()
        self._rng = seeded(seed)
        self._order: Array = None
        self._ordered = -1  # the epoch, counted from 0, that this order is for
        self._pending: list[tuple[int, Array]] = []
        self._clock = 0.0
        self._stopped = False

    def run(self, iterations: int | None = None, epochs: int | None = None) -> History:
        """Train for so many more iterations or epochs.

        Ctrl-C ends the run cleanly, with ``history.interrupted`` set.

        Parameters
        ----------
        iterations, epochs : int
            Exactly one of them.

        Returns
        -------
        History
            Of this run and those before it.

        Raises
        ------
        OptionError
        MixedBackendError
            The network was moved since the trainer placed its data: make a new trainer.
        NonFiniteLossError
            A loss is NaN or infinite. It names the first such iteration; losses are looked at
            when they are logged, at the end of an epoch, since looking waits for the device.
        OutOfMemoryError
            As for `step`.
        """
        self._check_place()
        goal = self.iteration + self._steps(iterations, epochs)
        self._stopped = self.history.interrupted = False
        begun = self._clock = time.perf_counter()
        with ExitStack() as ending:
            for callback in reversed(self.callbacks):
                ending.callback(callback.on_end, self, self.history)
            ending.callback(self._count_seconds, begun)
            try:
                for callback in self.callbacks:
                    callback.on_start(self, goal)
                self._run_to(goal)
            except KeyboardInterrupt:
                self.history.interrupted = True
                if self._pending:  # what came since the last record, not evaluated
                    self._collect()
                    self._note(None, None)
        return self.history

    def stop(self) -> None:
        """End the run after the step it is in; for callbacks."""
        self._stopped = True

    def step(self) -> Array:
        """One training step; returns its loss, which stays on the device.

        Raises
        ------
        OutOfMemoryError
            The step does not fit in memory and is not done, not even in part: a next call does
            the same step.
        """
        try:
            return self._step()
        except OutOfMemoryError as error:
            let_go(error, self.net.backend)
            raise
        except MemoryError as error:
            raise out_of_memory(error, self.net, "training step", self.batch_size) from error

    def _step(self) -> Array:
        epoch, place = divmod(self.iteration, self.steps_per_epoch)
        if epoch != self._ordered:
            self._order = self._draw()
            self._ordered = epoch
        index = self._order[place * self.batch_size : (place + 1) * self.batch_size]
        net = self.net
        x, t = net.backend.gather(*self.train, index, net.dtype, self.scale)
        loss = net.backprop(x, t)
        self.optimizer.update(net.params, net.grads)
        self.iteration += 1
        return loss

    def _run_to(self, goal: int) -> None:
        while self.iteration < goal and not self._stopped:
            # what overflows shows in the loss, and gets one error instead of many warnings
            with np.errstate(all="ignore"):
                loss = self.step()
            self._pending.append((self.iteration, loss))
            for callback in self.callbacks:
                callback.on_step(self, loss)
            if self.iteration % self.steps_per_epoch == 0:
                self._record()
        if self._pending:
            self._record()

    def _draw(self) -> Array:
        """The rows of an epoch's batches, one after the other: one copy to the device."""
        rows = int(self.train[0].shape[0])
        before = self._rng.bit_generator.state
        try:
            if self.replacement:
                drawn = self._rng.integers(rows, size=self.steps_per_epoch * self.batch_size)
            else:
                drawn = self._rng.permutation(rows)
            return asarray(drawn, backend=self.net.backend.name)
        except MemoryError:  # a next try draws the same
            self._rng.bit_generator.state = before
            raise

    def _collect(self) -> None:
        """Bring the losses over, all together: the one wait of an epoch."""
        losses = self.net.backend.floats([loss for _, loss in self._pending])
        iterations = [iteration for iteration, _ in self._pending]
        self._pending = []
        self.history.losses += losses
        now = time.perf_counter()
        self.history.step_seconds += now - self._clock
        self._clock = now
        for iteration, loss in zip(iterations, losses, strict=True):
            if not math.isfinite(loss):
                raise NonFiniteLossError(
                    f"the loss is {loss} at iteration {iteration}: try a smaller learning rate "
                    f"(it is {self.optimizer.lr:g}), smaller initial weights, or inputs of "
                    "smaller size (scale=1/255 for uint8 pixels)",
                    iteration,
                    self.history,
                )

    def _check_place(self) -> None:
        """The data stays where it was placed; a network that was moved since is told at once."""
        placed = backend_of(self.train[0])
        if placed is not self.net.backend:
            raise MixedBackendError(
                f"Trainer: its data is on {placed.name}, the network is on {self.net.backend.name} "
                f"now: make a new Trainer, or move back with net.to({placed.name!r})"
            )

    def _count_seconds(self, begun: float) -> None:
        self.history.seconds += time.perf_counter() - begun

    def _record(self) -> None:
        self._collect()
        with np.errstate(all="ignore"):
            accuracies = [
                None if self.test is None else self.net.accuracy(*data, scale=self.scale)
                for data in (self.train, self.test or self.train)
            ]
        self._note(*accuracies)
        for callback in self.callbacks:
            callback.on_record(self, self.history.records[-1])
        self._clock = time.perf_counter()

    def _note(self, train_accuracy: float | None, test_accuracy: float | None) -> None:
        epoch = math.ceil(self.iteration / self.steps_per_epoch)
        loss = self.history.losses[-1]
        record = Record(self.iteration, epoch, loss, train_accuracy, test_accuracy)
        self.history.records.append(record)

    def _steps(self, iterations: int | None, epochs: int | None) -> int:
        if (iterations is None) == (epochs is None):
            raise OptionError("run() takes iterations=... or epochs=..., one of them")
        if iterations is not None:
            return whole_number("iterations", iterations)
        left = -self.iteration % self.steps_per_epoch  # an epoch that was begun is ended first
        steps = whole_number("epochs", epochs) * self.steps_per_epoch
        return steps - self.steps_per_epoch + left if left else steps
