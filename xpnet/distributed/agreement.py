"""What ranks should share, and how an error says where they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["ABSENT", "disagreement", "listed"]

ABSENT = "absent"
"""What an error says of an entry that a document lacks."""
SHOWN = 80
"""Characters of a value in an error."""


def disagreement(documents: Sequence[Mapping[str, Any]]) -> str | None:
    """Where the documents of all ranks differ: the first such entry, and who has which value.

    Parameters
    ----------
    documents : sequence of mappings
        Of each rank, in their order; the values are of JSON's types.

    Returns
    -------
    str or None
        None where all are equal.

    Examples
    --------
    >>> from xpnet.distributed.agreement import disagreement
    >>> disagreement([{"lr": 0.1}, {"lr": 0.1}, {"lr": 0.2}])
    'lr is 0.1 on ranks 0 and 1, 0.2 on rank 2'
    """
    for key in dict.fromkeys(key for document in documents for key in document):
        ranks: dict[str, list[int]] = {}
        for rank, document in enumerate(documents):
            ranks.setdefault(_shown(document, key), []).append(rank)
        if len(ranks) > 1:
            found = [f"{_cut(text)} on {listed(which)}" for text, which in ranks.items()]
            return f"{key} is {', '.join(found)}"
    return None


def listed(ranks: Sequence[int]) -> str:
    """Ranks in words, ascending ones: neighbours from three on are a range.

    Examples
    --------
    >>> from xpnet.distributed.agreement import listed
    >>> listed([0, 2, 3, 4, 7])
    'ranks 0, 2 to 4 and 7'
    """
    runs: list[list[int]] = []
    for rank in ranks:
        if runs and rank == runs[-1][-1] + 1:
            runs[-1].append(rank)
        else:
            runs.append([rank])
    parts = [
        part
        for run in runs
        for part in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))
    ]
    *first, last = parts
    words = f"{', '.join(first)} and {last}" if first else last
    return f"rank{'s' if len(ranks) > 1 else ''} {words}"


def _shown(document: Mapping[str, Any], key: str) -> str:
    """A value as JSON, which tells 1 from 1.0 and true, and holds NaN equal to itself."""
    return json.dumps(document[key], sort_keys=True) if key in document else ABSENT


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
