"""What ``xpnet train`` prints before and after its run."""

from __future__ import annotations

import math
from typing import Any

from xpnet.cli.stopping import best_record
from xpnet.training import History, Trainer

__all__ = ["headline", "last_line", "pace", "way_on"]


def headline(trainer: Trainer, options: dict[str, Any]) -> str:
    """What a run is about: network, data, optimizer, and where it begins."""
    net, held = trainer.net, trainer.validation
    rows, sizes = int(trainer.train[0].shape[0]), "-".join(map(str, net.sizes))
    more = "" if held is None else f" and {int(held[0].shape[0]):,} held back"
    parts = ["batch normalisation"] if options["batch_norm"] else []
    parts += [f"dropout {options['dropout']:g}"] if options["dropout"] else []
    made = f" with {' and '.join(parts)}" if parts else ""
    several = f"; {trainer.comm.size} processes" if trainer.comm.size > 1 else ""
    return (
        f"{sizes} network{made}, {net.params.count:,} parameters, {net.dtype}, on "
        f"{net.backend.name} ({net.backend.device}); {rows:,} images{more}, "
        f"batches of {trainer.batch_size}, {trainer.optimizer!r}{several}{_begun(trainer)}"
    )


def _begun(trainer: Trainer) -> str:
    """Where a run goes on that has begun before."""
    if trainer.checkpoint is None:
        return ""
    return f"; from iteration {trainer.iteration:,}, of {trainer.checkpoint}"


def way_on(trainer: Trainer) -> str:
    """What goes on with a run that was checkpointed."""
    if trainer.checkpoint is None:
        return ""
    return f"; to go on: xpnet train --resume {trainer.checkpoint.parent}"


def last_line(trainer: Trainer) -> str:
    """How a run ended: its pace, and how good the network is."""
    record = best_record(trainer)
    accuracy = 0 if record is None else record.test_accuracy or 0
    best = ""
    if record is not None and record is not trainer.history.final:
        best = f"; the network is that of epoch {record.epoch}, whose validation loss was best"
    return f"{pace(trainer.history)}{best}; test accuracy {100 * accuracy:.2f} %"


def pace(history: History) -> str:
    """Steps, the time they took without evaluation, and both as one number."""
    steps, speed = f"{len(history.losses):,} iterations", _rounded(history.steps_per_second)
    return f"{steps} in {_rounded(history.step_seconds)} s ({speed} steps a second)"


def _rounded(value: float) -> str:
    """A number with three digits that count, so that others made of it agree."""
    decimals = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"
