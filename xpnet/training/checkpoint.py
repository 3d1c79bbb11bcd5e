"""Checkpoint: the callback that saves a run while it goes on."""

from __future__ import annotations

import os
from contextlib import suppress

from xpnet.backends import Array
from xpnet.checkpoints import check_folder, place_in
from xpnet.checks import whole_number
from xpnet.errors import PartialUpdateError
from xpnet.optimizers.stored import described
from xpnet.training.callbacks import Callback, Run
from xpnet.training.history import History, Record

__all__ = ["Checkpoint"]


class Checkpoint(Callback):
    """Saves the run in a folder, from which `Trainer.resume` goes on.

    Whatever ends the process, the newest checkpoint is whole. Ctrl-C in a run saves it as it is.

    Parameters
    ----------
    folder : str or path
        Made where it does not exist. It takes the checkpoints of one run.
    every : int, optional
        Steps from one checkpoint to the next; by default each epoch. The end of a run is saved
        too.
    keep : int
        How many checkpoints stay.

    Raises
    ------
    OptionError
        A number is no whole one from 1 on.

    Examples
    --------
    >>> x, t = np.eye(4, dtype="float32"), np.arange(4)
    >>> net, callbacks = TwoLayerNet(4, 8, 4, seed=0), [Checkpoint("digits", every=2)]
    >>> options = {"batch_size": 4, "callbacks": callbacks, "progress": False}
    >>> trainer = Trainer(net, SGD(lr=0.5), (x, t), **options)
    >>> _ = trainer.run(iterations=5)
    >>> trainer.checkpoint.name
    'iteration-000000005.safetensors'
    """

    def __init__(
        self, folder: str | os.PathLike[str], *, every: int | None = None, keep: int = 2
    ) -> None:
        self.folder = folder
        self.every = None if every is None else whole_number("every", every)
        self.keep = whole_number("keep", keep)
        self._saved = -1

    def on_start(self, trainer: Run, goal: int) -> None:
        """Refuse a folder or an optimizer that cannot be used, before the work."""
        described(trainer.optimizer)
        if trainer.comm.is_main:  # the others do not write
            check_folder(self.folder, trainer.checkpoint)
        self._saved = -1

    def on_step(self, trainer: Run, loss: Array) -> None:
        """Save each so many steps; at the end of an epoch or run, after its record."""
        iteration = trainer.iteration
        at_record = iteration % trainer.steps_per_epoch == 0 or iteration >= trainer.goal
        if self.every and iteration % self.every == 0 and not at_record:
            self._save(trainer)

    def on_record(self, trainer: Run, record: Record) -> None:
        """Save the end of an epoch, or of the run."""
        due = self.every is None or trainer.iteration % self.every == 0
        if due or trainer.iteration >= trainer.goal:
            self._save(trainer)

    def on_end(self, trainer: Run, history: History) -> None:
        """Save a run that Ctrl-C ended."""
        if history.interrupted and not self._is_saved(trainer.iteration):
            with suppress(PartialUpdateError):  # which the run raises itself
                self._save(trainer)

    def _is_saved(self, iteration: int) -> bool:
        return self._saved == iteration and place_in(self.folder, iteration).is_file()

    def _save(self, trainer: Run) -> None:
        trainer.save(self.folder, self.keep)
        self._saved = trainer.iteration
