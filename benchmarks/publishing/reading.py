"""Documents of results, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from xpnet.bench import Result, Results, Spread
from xpnet.bench.results import FORMAT
from xpnet.errors import DataError

__all__ = ["read", "results_of"]


def read(path: Path) -> Results:
    """The results in a file.

    Raises
    ------
    DataError
        It holds none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path}: not a JSON document: {error}") from error
    return results_of(document, str(path))


def results_of(document: Any, source: str) -> Results:
    """The results that a document holds.

    Raises
    ------
    DataError
        It is no such document; `source` says which.
    """
    found = document.get("format") if isinstance(document, dict) else None
    if found != FORMAT:
        raise DataError(
            f"{source}: expected a document of 'xpnet bench --json' ({FORMAT!r}), got format "
            f"{found!r}"
        )
    try:
        rows = [Result(**{key: _value(v) for key, v in row.items()}) for row in document["rows"]]
        return Results(rows, document["machine"])
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{source}: its rows are not those of {FORMAT!r}: {error}") from error


def _value(entry: Any) -> Any:
    return Spread(**entry) if isinstance(entry, dict) else entry
