"""The result of checking the gradient of one parameter."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Entry", "ParameterCheck"]

KINKS_SHOWN = 3


@dataclass(frozen=True)
class Entry:
    """One entry of a parameter: its index, and its gradient by both ways."""

    index: tuple[int, ...]
    backprop: float
    numerical: float

    def __str__(self) -> str:
        index = ", ".join(map(str, self.index))
        return f"[{index}] backprop {self.backprop:.9g}, numerical {self.numerical:.9g}"


@dataclass(frozen=True)
class ParameterCheck:
    """The check of one parameter.

    Attributes
    ----------
    name : str
    mean_abs_difference : float
        Over all entries: the figure of chapter 5.7.3.
    max_abs_difference : float
        Over the entries that are not near a kink; what `budget` bounds.
    budget : float
        ``truncation + rounding``: how far two right gradients may be apart.
    truncation, rounding : float
        The truncation error of the central difference, estimated from two step sizes, and the
        rounding error, from the measured noise of the loss. Each entry has its own; these are
        the largest.
    largest : float
        The largest magnitude of the gradient, by either way, to compare `budget` with.
    worst : Entry
        The entry whose difference exceeds its budget by most, or comes nearest to it.
    kinks : tuple of Entry
        Entries for which the loss has a kink within the step, such as a ReLU at 0. Their
        derivative is estimated with smaller steps.
    unchecked : int
        How many of these lie on the kink itself, where there is no derivative to check.
    checked : int
        How many entries were checked. A parameter whose entries all lie on kinks does not pass:
        try other inputs, or biases that are not 0.
    passed : bool
        No entry differs by more than its budget.
    unresolved : int
        How many entries were not checked, but pass, since their budget is as large as the
        largest gradient: rounding hides the difference between that gradient and 0.
    """

    name: str
    mean_abs_difference: float
    max_abs_difference: float
    budget: float
    truncation: float
    rounding: float
    largest: float
    worst: Entry
    kinks: tuple[Entry, ...]
    unchecked: int
    checked: int
    passed: bool
    unresolved: int = 0

    @property
    def verdict(self) -> str:
        """``"pass"``, ``"FAIL"``, or ``"not checked"`` where no entry could be checked."""
        left_out = self.unchecked or self.unresolved
        # if all entries lie on kinks, none passed; if none is resolved, none failed
        if left_out and not self.checked and (self.passed or not self.unresolved):
            return "not checked"
        return "pass" if self.passed else "FAIL"

    @property
    def remarks(self) -> list[str]:
        """Sentences on the entries near kinks and on those that rounding hides."""
        remarks = [self._kinks_remark()] if self.kinks else []
        return remarks + ([self._unresolved_remark()] if self.unresolved else [])

    def __repr__(self) -> str:
        return (
            f"ParameterCheck({self.name!r}, {self.verdict}, "
            f"max |diff| {self.max_abs_difference:.2e}, budget {self.budget:.2e})"
        )

    def _kinks_remark(self) -> str:
        shown = self.kinks[:KINKS_SHOWN]
        listed = ", ".join(f"{self.name}[{', '.join(map(str, k.index))}]" for k in shown)
        more = len(self.kinks) - len(shown)
        listed += f" and {more} more" if more else ""
        number = f"{len(self.kinks)} entries sit" if len(self.kinks) > 1 else "1 entry sits"
        remark = f"{self.name}: {number} on a kink of the loss: {listed}"
        if self.unchecked:
            has, was = ("have", "were") if self.unchecked > 1 else ("has", "was")
            remark += f"; {self.unchecked} {has} no derivative and {was} not checked"
        return remark

    def _unresolved_remark(self) -> str:
        number = f"{self.unresolved} of its entries were" if self.checked else "no entry was"
        negation = " not" if self.checked else ""
        return (
            f"{self.name}: {number}{negation} checked: the largest gradient, {self.largest:.2g}, "
            "is too close to the rounding error"
        )
