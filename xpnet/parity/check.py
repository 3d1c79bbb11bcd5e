"""The check of one operation: its differences and its drift at every step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xpnet.parity.comparison import Difference

__all__ = ["Check"]


@dataclass
class Check:
    """One operation in one dtype, over all steps.

    Attributes
    ----------
    dtype : str
    name : str
        ``"Affine1.backward W"`` is the gradient of `W`, ``"SGD W1"`` the parameter after a step.
    differences : list of Difference
        One for each step, from the same bits.
    drift : list of float
        One for each step: how far the second backend's free run is from the first's, relative
        to the largest entry.
    """

    dtype: str
    name: str
    differences: list[Difference] = field(default_factory=list)
    drift: list[float] = field(default_factory=list)

    @property
    def worst_step(self) -> int:
        """The step, counted from 1, whose difference is the largest in proportion to its bound."""
        ranks = [(found.bound_ratio, found.relative) for found in self.differences]
        return ranks.index(max(ranks)) + 1

    @property
    def verdict(self) -> str:
        """``"ok"``, ``"FAIL"``, or ``"no bound"`` where none is derived."""
        if any(found.bound_ratio > 1 for found in self.differences):
            return "FAIL"
        return "no bound" if any(found.bound is None for found in self.differences) else "ok"

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "worst_step": self.worst_step,
            "steps": [
                {**vars(found), "drift": drift}
                for found, drift in zip(self.differences, self.drift, strict=True)
            ],
        }

    def __repr__(self) -> str:
        return f"Check({self.name!r}, {self.dtype}, {self.verdict}, steps={len(self.differences)})"
