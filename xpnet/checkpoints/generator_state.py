"""The state of NumPy's generators as JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from xpnet.checkpoints.document import Document
from xpnet.errors import CheckpointError

__all__ = ["generator_from", "generator_state"]

KINDS = {
    kind.__name__: kind
    for kind in (
        np.random.PCG64,
        np.random.PCG64DXSM,
        np.random.MT19937,
        np.random.Philox,
        np.random.SFC64,
    )
}


def generator_state(
    rng: np.random.Generator, state: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """All that decides what a generator draws next.

    Parameters
    ----------
    rng : numpy Generator
    state : mapping, optional
        One that its ``bit_generator.state`` was before, in place of what it is now.

    Raises
    ------
    CheckpointError
        It is of a kind that NumPy does not have.

    Examples
    --------
    >>> generator_state(np.random.default_rng(0))["bit_generator"]
    'PCG64'
    """
    kind = type(rng.bit_generator)
    if KINDS.get(kind.__name__) is not kind:
        raise CheckpointError(
            f"expected a generator of NumPy's own, got one of {kind.__name__}, whose state cannot "
            "be saved: give the trainer a number as its seed"
        )
    plain: dict[str, Any] = _plain(rng.bit_generator.state if state is None else state)
    return plain


def generator_from(document: Document) -> np.random.Generator:
    """A generator in a state that was saved.

    Raises
    ------
    CheckpointError

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> copy = generator_from(Document(generator_state(rng), "run"))
    >>> rng.integers(1000) == copy.integers(1000)
    np.True_
    """
    name = document.get("bit_generator", str)
    if name not in KINDS:
        raise document.error(f"expected a generator of NumPy's own, got {name:.40}")
    made: Any = KINDS[name](0)
    wrong = document.error(f"expected a state of {name}, got other values")
    try:
        if not _is_inside(document.values):
            raise wrong
        made.state = document.values
        if _plain(made.state) != document.values:
            raise wrong
    except (TypeError, ValueError, LookupError, OverflowError, AttributeError) as error:
        raise wrong from error
    return np.random.Generator(made)


def _is_inside(state: Any) -> bool:
    """Whether the place in the buffer that some have is inside it: NumPy reads without a look."""
    places = (state["state"], "pos", 624), (state, "buffer_pos", 4)
    return all(0 <= values.get(name, 0) <= length for values, name, length in places)


def _plain(value: Any) -> Any:
    """The value with lists for arrays and numbers of Python for NumPy's."""
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
