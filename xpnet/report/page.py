"""The page about a run: what was trained, how well, on which mistakes, and where."""

from __future__ import annotations

import importlib.util
import os
from importlib.resources import files
from pathlib import Path
from typing import Any

from xpnet.errors import MissingExtraError, OptionError
from xpnet.files import check_writable, write_whole
from xpnet.report.confusion import confusion_table, frequent_confusions
from xpnet.report.curves import curves
from xpnet.report.facts import figures, headline, machine, notes, notices, options
from xpnet.report.mistakes import confident_mistakes
from xpnet.report.predictions import predict_test_set
from xpnet.report.weights import first_weights
from xpnet.training import Trainer

__all__ = ["check_report", "write_report"]

ENDINGS = ".html", ".htm"


def check_report(path: str | os.PathLike[str]) -> None:
    """Check that a report can be made and written, before the work that it is about.

    Raises
    ------
    OptionError
        The path has another ending than .html or .htm, or cannot be written.
    MissingExtraError
        jinja2 or matplotlib is not installed.

    Examples
    --------
    >>> from xpnet.report import check_report
    >>> check_report("report.pdf")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: expected a report to end in .html or .htm, got report.pdf
    """
    if Path(path).suffix.lower() not in ENDINGS:
        raise OptionError(f"expected a report to end in .html or .htm, got {path}")
    for library in ("jinja2", "matplotlib"):
        if importlib.util.find_spec(library) is None:
            raise MissingExtraError(f"a report needs {library}: pip install 'xpnet[report]'")
    check_writable(path)


def write_report(
    trainer: Trainer, path: str | os.PathLike[str], *, command: str | None = None
) -> None:
    """Write a page about what a trainer has done so far, with its network as it is now.

    The page is one file without scripts that loads nothing: it can be mailed, printed, and opened
    without a network. It shows learning curves, the confusion of classes and the most confident
    mistakes on the test set, the weights of the first layer, options, machine and versions. What
    a run does not have, such as a test set, is left out, and the page says so.

    Parameters
    ----------
    trainer : Trainer
        Read, never changed; its run may be finished, interrupted, resumed or not begun.
    path : str or path
        Ending in .html or .htm. The file is written whole or not at all.
    command : str, optional
        The command line that made the run, to be shown.

    Raises
    ------
    OptionError
        The path has another ending or cannot be written.
    MissingExtraError
        jinja2 or matplotlib is not installed.

    Examples
    --------
    >>> from xpnet.report import write_report
    >>> x, t = np.eye(4, dtype="float32"), np.arange(4)
    >>> net = TwoLayerNet(4, 8, 4, seed=0)
    >>> trainer = Trainer(net, SGD(lr=0.5), (x, t), test=(x, t), batch_size=2, progress=False)
    >>> history = trainer.run(epochs=3)
    >>> write_report(trainer, "report.pdf")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: expected a report to end in .html or .htm, got report.pdf
    """
    check_report(path)
    text = _render(_contents(trainer, command))
    write_whole(path, text.encode("utf-8", "replace"))  # half a surrogate pair has no UTF-8


def _contents(trainer: Trainer, command: str | None) -> dict[str, Any]:
    """What the template shows."""
    predictions, missing = predict_test_set(trainer)
    return {
        **headline(trainer),
        "figures": figures(trainer, predictions),
        "notices": [*notices(trainer), *([missing] if missing else [])],
        "curves": curves(trainer.history),
        "records": trainer.history._repr_html_() if trainer.history.records else "",
        "predictions": predictions,
        "table": predictions and confusion_table(predictions),
        "frequent": predictions and frequent_confusions(predictions),
        "mistakes": predictions and confident_mistakes(predictions, trainer.test),
        "weights": first_weights(trainer),
        "layers": trainer.net._repr_html_(),
        "options": options(trainer),
        "notes": notes(trainer),
        "machine": machine(),
        "command": command,
    }


def _render(contents: dict[str, Any]) -> str:
    # imported late: jinja2 is an extra
    from jinja2 import Environment, StrictUndefined

    folder = files("xpnet.report")
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    template = environment.from_string((folder / "report.html").read_text(encoding="utf-8"))
    return template.render(contents, css=(folder / "report.css").read_text(encoding="utf-8"))
