"""StoredTrainer: a trainer that is saved to a checkpoint, and goes on from one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from xpnet.backends import Array
from xpnet.checkpoints import check_folder, place_in, remove_old, write_tensors
from xpnet.checks import whole_number
from xpnet.distributed import Communicator
from xpnet.networks import Network
from xpnet.optimizers import Optimizer
from xpnet.training.callbacks import Callback
from xpnet.training.data import checked_set, fingerprint
from xpnet.training.history import History
from xpnet.training.ranks import in_common, start_alike
from xpnet.training.recorder import Recorder
from xpnet.training.stepper import Stepper
from xpnet.training.stored_run import StoredRun, run_contents
from xpnet.training.validation import held_rows

__all__ = ["StoredTrainer"]

T = TypeVar("T", bound="StoredTrainer")


class StoredTrainer(Stepper):
    """What a `Trainer` keeps in a checkpoint; see there for parameters and attributes."""

    def __init__(
        self,
        net: Network,
        optimizer: Optimizer,
        train: tuple[Array, Array],
        *,
        test: tuple[Array, Array] | None,
        **options: Any,
    ) -> None:
        super().__init__(net, optimizer, train, **options)
        self.test = None if test is None else checked_set(net, test, "test", self.scale)
        self.goal, self._stopped = 0, False
        self.notes: dict[str, Any] = {}
        self.checkpoint: Path | None = None
        self.callbacks: list[Callback] = []
        self._recorder = Recorder(History(), self.steps_per_epoch)
        if self.comm.size > 1:
            start_alike(self.comm, self.net, {**in_common(self), **self._fingerprints})

    @property
    def history(self) -> History:
        """What all runs recorded."""
        return self._recorder.history

    @history.setter
    def history(self, history: History) -> None:
        self._recorder.history = history

    def save(self, folder: str | os.PathLike[str], keep: int | None = None) -> Path:
        """Write a checkpoint: a file from which `resume` goes on, to the bit.

        It holds the network, as `Network.save` writes it, the state of optimizer, batches and
        history, and checksums of the data. It is whole and on the disk when this returns. Of
        several ranks, which are all alike, rank 0 writes it, and the others do nothing.

        Parameters
        ----------
        folder : str or path
            Made where it does not exist. It takes the checkpoints of one run.
        keep : int, optional
            How many checkpoints stay in the folder; by default all.

        Returns
        -------
        Path
            Of the file, which is named by the iteration. `xpnet.load` reads the network in it.

        Raises
        ------
        CheckpointError
            It cannot be written; the folder holds checkpoints of another run; the optimizer is no
            `Optimizer`; a parameter holds NaN.
        NonFiniteLossError, PartialUpdateError
            There is nothing worth keeping: as for `run` and `step`.
        """
        keep = None if keep is None else whole_number("keep", keep)
        if self.comm.is_main:
            check_folder(folder, self.checkpoint)
        with self._recorder.paused(self.net.backend, self.optimizer):
            path = place_in(folder, self.iteration)
            if not self.comm.is_main:
                self.checkpoint = path
                return path
            rest = {"goal": self.goal, "notes": self.notes, **self._fingerprints}
            write_tensors(path, *run_contents(self, self._recorder, self.callbacks, **rest))
            self.checkpoint = path
            if keep is not None:
                remove_old(folder, keep)
        return path

    @cached_property
    def _fingerprints(self) -> dict[str, Any]:
        train, validation = self.train, self.validation
        if self.split is not None and validation is not None:
            train, validation = self.split.joined(train, validation), None
        sets = {"train": train, "test": self.test, "validation": validation}
        return {name: None if data is None else fingerprint(data) for name, data in sets.items()}

    @classmethod
    def resume(
        cls: type[T],
        path: str | os.PathLike[str],
        train: tuple[Array, Array],
        test: tuple[Array, Array] | None = None,
        *,
        validation: float | tuple[Array, Array] | None = None,
        net: Network | None = None,
        optimizer: Optimizer | None = None,
        callbacks: Iterable[Callback] = (),
        progress: bool | None = None,
        capture: bool | None = None,
        comm: Communicator | None = None,
        accumulate: int = 1,
        backend: str | None = None,
    ) -> T:
        """A trainer that goes on where a checkpoint was written; then call `run`.

        On the backend and machine of the first part, parameters and history become those of a run
        that was never cut off, to the bit.

        Parameters
        ----------
        path : str or path
            A folder with checkpoints, of which the newest is taken, or one of its files.
        train, test, validation : (x, t)
            The data that the run began with, which is checked. Rows that the run held back are
            held back again: then `validation` may be left out, or be their share.
        net : Network, optional
            With layers of your own: one that was made like the run's, to be filled.
        optimizer : Optimizer, optional
            Of a class of your own: one with the options of the run's.
        callbacks, progress, capture, comm, accumulate : as for the constructor
        backend : str, optional
            Where to go on; by default the current backend, or where `net` lives.

        Raises
        ------
        CheckpointError
            There is no checkpoint, it is damaged, or data, network or optimizer are not the run's.
            What was given is as before.

        Examples
        --------
        >>> x, t = np.eye(4, dtype="float32"), np.arange(4)
        >>> net = TwoLayerNet(4, 8, 4, seed=0)
        >>> trainer = Trainer(net, SGD(lr=0.5), (x, t), batch_size=2, progress=False)
        >>> _ = trainer.run(iterations=5)
        >>> trainer.save("digits").name
        'iteration-000000005.safetensors'
        >>> Trainer.resume("digits", (x, t)).iteration
        5
        """
        saved = StoredRun(path)
        split = saved.split(validation)
        sets = {"train": train, "test": test, "validation": None if split else validation}
        fingerprints = {name: saved.check_data(name, data) for name, data in sets.items()}
        rows = len(train[0])
        rows -= held_rows(split["validation"], rows) if split else 0
        trainer = cls(
            saved.network(net, backend),
            saved.optimizer(optimizer),
            train,
            test=test,
            callbacks=callbacks,
            progress=progress,
            capture=capture,
            comm=comm,
            accumulate=accumulate,
            **{"validation": validation, **split, **saved.options(rows)},
        )
        trainer.goal, trainer.notes = saved.run.count("goal"), saved.run.get("notes", dict)
        saved.restore(trainer, trainer._recorder, trainer.callbacks)
        trainer.checkpoint, trainer._fingerprints = saved.path, fingerprints
        return trainer
