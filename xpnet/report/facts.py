"""What a run was, in words and numbers: headline, notices, options, machine."""

from __future__ import annotations

import json
import math
from typing import Any

from xpnet.machine import PACKAGES, facts
from xpnet.report.predictions import Predictions
from xpnet.training import EarlyStopping, Trainer

__all__ = ["figures", "headline", "machine", "notes", "notices", "options"]

Rows = list[tuple[str, str]]
"""Names with what they are, of a table."""


def headline(trainer: Trainer) -> dict[str, str]:
    """The title of the page, and the line below it."""
    net = trainer.net
    return {
        "kind": type(net).__name__,
        "sizes": "-".join(map(str, net.sizes)),
        "lead": f"{net.params.count:,} parameters, {net.dtype}, trained on "
        f"{net.backend.name} ({net.backend.device})",
    }


def figures(trainer: Trainer, predictions: Predictions | None) -> Rows:
    """The numbers at the head of the page."""
    history, final = trainer.history, trainer.history.final
    rows = []
    if predictions is not None:  # of the network as it is, also where a run was cut off
        share = predictions.right / len(predictions.labels)
        rows.append(("test accuracy", f"{share:.2%}"))
    elif final is not None and final.test_accuracy is not None:
        rows.append(("test accuracy", f"{final.test_accuracy:.2%}"))
    if final is not None and final.train_accuracy is not None:
        rows.append(("training accuracy", f"{final.train_accuracy:.2%}"))
    if final is not None and final.test_score is not None:
        rows.append(("test R²", f"{final.test_score:.4f}"))
    if final is not None and final.train_score is not None:
        rows.append(("training R²", f"{final.train_score:.4f}"))
    if trainer.validation is not None:
        found = trainer.net.evaluate(*trainer.validation, scale=trainer.scale)
        if found.accuracy is None:
            rows.append(("validation R²", f"{found.score:.4f}"))
        else:
            rows.append(("validation accuracy", f"{found.accuracy:.2%}"))
        rows.append(("validation loss", f"{found.loss:.4g}"))
    if final is not None:
        rows.append(("last loss", f"{final.loss:.4g}"))
    rows.append(("steps", f"{trainer.iteration:,}"))
    rows.append(("time", _duration(history.seconds)))
    if history.steps_per_second:
        rows.append(("steps a second", f"{history.steps_per_second:,.0f}"))
    return rows


def notices(trainer: Trainer) -> list[str]:
    """Sentences about what is unusual in a run."""
    history, said = trainer.history, []
    if trainer.iteration == 0:
        said.append("The network has not been trained.")
    elif not history.losses:
        said.append("No step was recorded: only Trainer.run records steps.")
    if history.interrupted:
        said.append(
            f"The run was interrupted at iteration {trainer.iteration:,} of {trainer.goal:,}."
        )
    stops = [each for each in trainer.callbacks if isinstance(each, EarlyStopping)]
    said += [_stopped(each, trainer.iteration) for each in stops if each.stopped]
    if not all(map(math.isfinite, history.losses)):
        said.append("The run has diverged: its loss is no longer a finite number.")
    return said


def options(trainer: Trainer) -> Rows:
    """What decides a run, beside its network."""
    train = trainer.train[0]
    rows = [
        ("optimizer", repr(trainer.optimizer)),
        ("batch size", f"{trainer.batch_size:,}"),
        ("batches", "drawn from all rows" if trainer.replacement else "shuffled epochs"),
        ("steps of an epoch", f"{trainer.steps_per_epoch:,}"),
        ("training set", _shape(train)),
        ("test set", "none" if trainer.test is None else _shape(trainer.test[0])),
        ("scale", "none" if trainer.scale is None else f"{trainer.scale:.6g}"),
        ("threads", "chosen by size" if trainer.threads is None else str(trainer.threads)),
        ("loss", type(trainer.net.last_layer).__name__),
    ]
    if trainer.validation is not None:
        held = "" if trainer.split is None else ", held back of the training rows"
        rows.insert(6, ("validation set", _shape(trainer.validation[0]) + held))
    if trainer.checkpoint is not None:
        rows.append(("checkpoint", str(trainer.checkpoint)))
    return rows


def notes(trainer: Trainer) -> list[tuple[str, Rows]]:
    """What was noted about a run, such as the options of the command: names and tables."""
    noted = []
    for name, note in trainer.notes.items():
        entries = note if isinstance(note, dict) else {"note": note}
        noted.append((str(name), [(str(key), _text(value)) for key, value in entries.items()]))
    return noted


def machine() -> Rows:
    """Where the page is made, and with which versions."""
    known: dict[str, Any] = facts((*PACKAGES, "matplotlib", "jinja2"))
    packages = known.pop("packages")
    known["blas"] = "; ".join(known["blas"]) or "none found"
    return [(name, str(value)) for name, value in {**known, **packages}.items()]


def _stopped(stopping: EarlyStopping, iteration: int) -> str:
    name, best = stopping.monitor.replace("_", " "), stopping.best_iteration or 0
    whose = ", whose network this is" if stopping.restore_best else ""
    return (
        f"The run was stopped at iteration {iteration:,}: its {name} had not improved since "
        f"iteration {best:,}{whose}."
    )


def _shape(x: Any) -> str:
    sizes = " × ".join(f"{size:,}" for size in x.shape)
    return f"{sizes}, {x.dtype}"


def _text(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _duration(seconds: float) -> str:
    """A time with the units that count.

    Examples
    --------
    >>> _duration(4.26), _duration(75), _duration(7384)
    ('4.3 s', '1 min 15 s', '2 h 3 min')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
