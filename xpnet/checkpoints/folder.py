"""The folder of a run's checkpoints: one file for each, named by its iteration."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xpnet.errors import CheckpointError, OptionError
from xpnet.files import check_writable, expanded, remove_unfinished

__all__ = ["check_folder", "newest_in", "place_in", "remove_old"]

NAME = "iteration-{:09d}.safetensors"
PATTERN = re.compile(r"iteration-(\d{9,})\.safetensors")

TRIAL = ".xpnet-trial"
"""A file that is made and deleted, to see whether a folder can be written."""


def place_in(folder: str | os.PathLike[str], iteration: int) -> Path:
    """The path of the checkpoint of this iteration.

    Examples
    --------
    >>> place_in("digits", 600).as_posix()
    'digits/iteration-000000600.safetensors'
    """
    return expanded(folder) / NAME.format(iteration)


def newest_in(path: str | os.PathLike[str]) -> Path:
    """The checkpoint of the highest iteration in a folder; the path of a file as it is.

    Raises
    ------
    CheckpointError
        There is none.
    """
    place = expanded(path)
    with _refused(path, "read"):
        if place.is_file():
            return place
        found = _checkpoints(place)
    if not found:
        raise CheckpointError(f"{path}: expected a folder with checkpoints in it, got none")
    return found[-1]


def check_folder(folder: str | os.PathLike[str], last: Path | None) -> None:
    """Make the folder ready for the checkpoints of a run.

    It is made where it does not exist, and what a process that was killed has left unfinished in
    it is deleted.

    Parameters
    ----------
    folder : str or path
    last : path or None
        The last checkpoint of the run, wherever it is.

    Raises
    ------
    CheckpointError
        It cannot be written; or it has checkpoints, and `last` is in another folder or older than
        the newest of them, which is of another run or of iterations that this run has yet to do.
    """
    place = expanded(folder)
    with _refused(folder, "written"):
        place.mkdir(parents=True, exist_ok=True)
        check_writable(place / TRIAL)
        remove_unfinished(place)
        found = _checkpoints(place)
        ours = not found or (last is not None and _goes_on(found[-1], last))
    if not ours:
        iteration = _iteration(found[-1])
        raise CheckpointError(
            f"{folder} holds a run that has come to iteration {iteration:,}: resume it, or name "
            "another folder"
        )


def remove_old(folder: str | os.PathLike[str], keep: int) -> None:
    """Delete all checkpoints but so many of the newest.

    Raises
    ------
    CheckpointError
        One cannot be deleted.
    """
    with _refused(folder, "written"):
        for old in _checkpoints(expanded(folder))[:-keep]:
            old.unlink(missing_ok=True)


def _goes_on(newest: Path, last: Path) -> bool:
    """Whether the run that wrote `last`, which may have been deleted, wrote the newest too."""
    newest, last = newest.resolve(), last.resolve()
    return newest.parent == last.parent and _iteration(newest) <= _iteration(last)


def _checkpoints(folder: Path) -> list[Path]:
    """Those in a folder, by iteration."""
    return sorted((p for p in folder.iterdir() if _iteration(p) >= 0), key=_iteration)


def _iteration(path: Path) -> int:
    """The iteration in the name of a checkpoint, and -1 for what is none."""
    found = PATTERN.fullmatch(path.name)
    return int(found[1]) if found else -1


@contextmanager
def _refused(path: str | os.PathLike[str], done: str) -> Iterator[None]:
    """What the system says against a folder, as one sentence about it."""
    try:
        yield
    except (OptionError, OSError, ValueError) as error:  # ValueError: a name that no system has
        said = error.__cause__ or error
        why = getattr(said, "strerror", None) or said
        raise CheckpointError(
            f"the folder {path} cannot be {done}: {why}; name a folder that can be"
        ) from error
