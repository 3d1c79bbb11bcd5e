"""StepFeed: what differs from one training step to the next, brought to a fixed place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xpnet.backends.storage import Array

if TYPE_CHECKING:
    from xpnet.backends.base import Backend

__all__ = ["StepFeed"]


class StepFeed:
    """Rows of the batch and numbers of the update, where a captured step reads them.

    A replay reads the same memory each time. So the end of each step keeps its loss and copies
    what the next one needs to where the next replay reads it.

    Parameters
    ----------
    backend : Backend
    batch : int
        Rows of a batch.
    count : int
        Numbers of an update, such as the learning rate.
    dtype : dtype
        Of these numbers.

    Attributes
    ----------
    rows : array, shape (batch,), int64
        Of the step to come.
    numbers : array, shape (count,)
        Of the step to come.

    Examples
    --------
    >>> from xpnet.backends.step_feed import StepFeed
    >>> feed = StepFeed(xpnet.get_backend(), batch=2, count=1, dtype="float32")
    >>> losses = np.zeros(2)
    >>> feed.start(0, np.array([3, 1, 0, 2]), np.array([[0.5], [0.25]]), losses)
    >>> feed.rows, feed.numbers
    (array([3, 1]), array([0.5], dtype=float32))
    >>> feed.next(np.array(7.0))
    >>> feed.rows, feed.numbers, losses, feed.step
    (array([0, 2]), array([0.25], dtype=float32), array([7., 0.]), 1)
    """

    def __init__(self, backend: Backend, batch: int, count: int, dtype: Any) -> None:
        xp = backend.xp
        self.rows = xp.zeros(batch, dtype=backend.dtype("int64"))
        self.numbers = xp.zeros(count, dtype=dtype)
        self._step = self._end = 0
        self.end()

    def start(self, step: int, order: Array, table: Array, losses: Array) -> None:
        """Go on at a step of an epoch.

        Parameters
        ----------
        step : int
            Counted from 0.
        order : array, int64
            The rows of all batches of the epoch, one after the other.
        table : array, shape (steps, count)
            The numbers of the updates from this step on.
        losses : array
            Where the loss of each step of the epoch is kept.
        """
        self._order, self._table, self._losses = order, table, losses
        self._step, self._end = step, step + len(table)
        self._bring(step, table[0])

    def end(self) -> None:
        """The epoch is over: its arrays are not needed here any more."""
        self._order = self._table = self._losses = None

    def next(self, loss: Array) -> None:
        """Keep the loss of this step; bring rows and numbers of the next, if the table has it."""
        self._losses[self._step] = loss
        self._step += 1
        if self._step < self._end:
            self._bring(self._step, self._table[self._step - self._end])

    def _bring(self, step: int, numbers: Array) -> None:
        size = len(self.rows)
        self.rows[...] = self._order[step * size : (step + 1) * size]
        self.numbers[...] = numbers

    @property
    def step(self) -> int:
        """The step to come; it waits for the device."""
        return self._step
