"""What a run of ``xpnet train`` writes at its end."""

from __future__ import annotations

import shlex
import sys
from typing import Any

from xpnet.cli.options import write_json, write_text
from xpnet.report import write_report
from xpnet.training import History, Trainer

__all__ = ["write_history", "write_page"]


def write_history(
    history: History, document: dict[str, Any], json: str | None, csv: str | None
) -> None:
    """Write what was recorded, also of a run that was cut off, to the paths that were given.

    Parameters
    ----------
    history : History
    document : dict
        What the JSON says of the run beside its results.
    json, csv : str or None
        Paths; - is stdout.

    Raises
    ------
    OptionError
        A file cannot be written.
    """
    write_json(json, {**document, **_results(history)})
    if csv is not None:
        write_text(csv, history.to_csv())


def write_page(trainer: Trainer, path: str | None) -> None:
    """Write the report of a run, also of one that was cut off, to the path if one was given.

    Raises
    ------
    OptionError
        The file cannot be written.
    """
    if path is not None:
        write_report(trainer, path, command=shlex.join(["xpnet", *sys.argv[1:]]))


def _results(history: History) -> dict[str, Any]:
    records = history.as_dicts()
    return {
        "iterations": len(history.losses),
        "interrupted": history.interrupted,
        "seconds": history.seconds,
        "steps_per_second": history.steps_per_second,
        "history": records,
        "final": records[-1] if records else None,
    }
