"""What stands at a path that a user names, if the system says it."""

from __future__ import annotations

import os
from pathlib import Path

from xpnet.errors import DataError
from xpnet.files import expanded

__all__ = ["located"]


def located(
    path: str | os.PathLike[str], wanted: str, shown: str | None = None
) -> tuple[Path, os.stat_result | None]:
    """A path with ``~`` expanded, and what is there; None if nothing is.

    Parameters
    ----------
    path : str or path
    wanted : str
        What an error says was expected there.
    shown : str, optional
        What an error calls the path; by default the path itself.

    Raises
    ------
    DataError
        The system does not say: a folder on the way is locked or no folder, or the name is none
        that a file can have.
    """
    try:
        place = expanded(path)
        return place, place.stat()
    except FileNotFoundError:
        return place, None
    except (OSError, ValueError) as error:  # ValueError: NUL, or half a surrogate pair
        why = getattr(error, "strerror", None) or error
        raise DataError(
            f"{shown or path}: this is not readable ({why}); expected {wanted}"
        ) from error
