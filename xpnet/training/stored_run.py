"""A run in a file: all that decides how it goes on, to the bit."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from xpnet.checkpoints import Document, TensorFile, generator_from, newest_in, read_tensors
from xpnet.checks import is_number
from xpnet.networks import Network
from xpnet.networks.architecture import check_alike
from xpnet.networks.stored_network import contents, fill
from xpnet.optimizers import Optimizer, stored
from xpnet.training.callback_states import restore_states, states_of
from xpnet.training.data import checked_pair, fingerprint
from xpnet.training.history import EVALUATED, History, Record
from xpnet.training.recorder import Recorder
from xpnet.training.stepper import Stepper

__all__ = ["StoredRun", "run_contents"]

LOSSES = "history.losses"


def run_contents(
    stepper: Stepper, recorder: Recorder, callbacks: Iterable[Any] = (), **rest: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arrays of a run, those of its network among them, and what a file says beside them.

    Raises
    ------
    CheckpointError
        The optimizer or the generator is of a class whose state cannot be saved.
    """
    optimizer, history = stepper.optimizer, recorder.history
    run = {
        **stepper.state(),
        "optimizer": stored.described(optimizer),
        "history": _described(history),
        "owed": recorder.owed,
        "last_is_early": recorder.last_is_early,
        **rest,
    }
    arrays, document = contents(stepper.net)
    arrays |= stored.state_arrays(optimizer)
    run["callbacks"], kept = states_of(callbacks)
    arrays |= kept
    if history.losses:
        arrays[LOSSES] = np.array(history.losses)
    return arrays, {**document, "run": run}


class StoredRun:
    """A run in a file.

    Attributes
    ----------
    path : Path
    file : TensorFile
    run : Document
        What `run_contents` has put together.

    Raises
    ------
    CheckpointError
        There is no checkpoint, or it is damaged, or of a network alone.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = newest_in(path)
        self.file: TensorFile = read_tensors(self.path)
        if "run" not in self.file.document.values:
            raise self.file.document.error(
                "expected the checkpoint of a run, got a network alone: read it by xpnet.load(path)"
            )
        self.run: Document = self.file.document.part("run")

    def network(self, net: Network | None, backend: str | None) -> Network:
        """The network in the file, or the one given, which `restore` is to fill."""
        if net is None:
            return Network.from_file(self.file, backend)
        check_alike(net, self.file.document.part("network"))
        return net

    def optimizer(self, optimizer: Optimizer | None) -> Optimizer:
        """The optimizer in the file, or the one given, which must be like it."""
        saved = self.run.part("optimizer")
        if optimizer is None:
            return stored.made(saved)
        stored.check_optimizer(optimizer, saved)
        return optimizer

    def check_data(self, name: str, data: Any) -> dict[str, Any] | None:
        """The fingerprint of the data set of this name, which must be the run's.

        Raises
        ------
        CheckpointError
        """
        saved = self.run.get(name, dict, optional=True)
        if saved is None and data is None:
            return None
        if saved is None or data is None:
            had, got = ("no", "one") if saved is None else ("a", "none")
            raise self.run.error(f"expected {had} {name} set, as the run had it, got {got}")
        came = fingerprint(checked_pair(data, name))
        for which, found in came.items():
            theirs = self.run.part(name).part(which).values
            for key in found:
                if theirs.get(key) != found[key]:
                    raise self.run.error(
                        f"{name}: expected {which} to have {key} {theirs.get(key)!r:.60}, as the "
                        f"run's, got {found[key]!r}: give the data that the run began with"
                    )
        return came

    def split(self, validation: Any) -> dict[str, Any]:
        """The share of rows that the run held back, and the generator that draws them again.

        Parameters
        ----------
        validation : float, (x, t) or None
            What was given; of a run that held rows back, their share or nothing.

        Returns
        -------
        dict
            The options `validation` and `seed` of a trainer; empty for a run without a split.

        Raises
        ------
        CheckpointError
        """
        saved = self.run.get("split", dict, optional=True)
        if saved is None:
            if is_number(validation):
                raise self.run.error(
                    "expected the validation set that the run had, or none if it had none, got "
                    f"validation={validation}: the run held back no rows"
                )
            return {}
        split = self.run.part("split")
        share = split.get("share", float)
        if not 0 < share < 1:
            raise split.error(f"expected share to be above 0 and below 1, got {share}")
        if validation is not None and not (is_number(validation) and validation == share):
            came = validation if is_number(validation) else "a set"
            raise self.run.error(f"expected validation={share}, as the run had it, got {came}")
        return {"validation": share, "seed": generator_from(split.part("drawn_from"))}

    def options(self, rows: int) -> dict[str, Any]:
        """What the run was told, as a trainer of so many rows takes it."""
        run = self.run
        batch_size = run.count("batch_size", least=1)
        if batch_size > rows:
            raise run.error(f"expected batch_size to be at most the {rows} rows, got {batch_size}")
        clip_norm = run.get("clip_norm", float, optional=True)
        if clip_norm is not None and clip_norm <= 0:
            raise run.error(f"expected clip_norm to be above 0, got {clip_norm}")
        return {
            "batch_size": batch_size,
            "scale": run.get("scale", float, optional=True),
            "clip_norm": clip_norm,
            "replacement": run.get("replacement", bool),
            "threads": None
            if run.get("threads", int, optional=True) is None
            else run.count("threads", least=1),
        }

    def restore(self, stepper: Stepper, recorder: Recorder, callbacks: Iterable[Any] = ()) -> None:
        """Bring a new trainer to where the run was; its network is filled last.

        Raises
        ------
        CheckpointError
        """
        history = self._history()
        owed, early = self.run.count("owed"), self.run.get("last_is_early", bool)
        net, saved = stepper.net, self.run.part("optimizer")
        state = stored.state_in(self.file, saved, stepper.optimizer, net.params)
        restore_states(callbacks, self.run, self.file)
        stepper.restore(self.run)
        fill(net, self.file)
        stepper.optimizer.take_state(saved.count("steps"), state)
        recorder.restore(history, owed, early)

    def _history(self) -> History:
        saved = self.run.part("history")
        count = saved.count("losses")
        losses = self.file.array(LOSSES, (count,)).tolist() if count else []
        return History(
            [_record(record) for record in saved.parts("records")],
            losses,
            saved.get("seconds", float),
            saved.get("step_seconds", float),
            saved.get("interrupted", bool),
        )


def _described(history: History) -> dict[str, Any]:
    return {
        "records": history.as_dicts(),
        "losses": len(history.losses),
        "seconds": history.seconds,
        "step_seconds": history.step_seconds,
        "interrupted": history.interrupted,
    }


def _record(saved: Document) -> Record:
    return Record(
        saved.count("iteration"),
        saved.count("epoch"),
        saved.get("loss", float),
        **{name: saved.get(name, float, optional=True) for name in EVALUATED},
    )
