"""What a gradient check found, to read and to compute with."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOTHING", "Entry", "GradientReport", "ParameterCheck"]

NOTHING = "nothing was checked"
"""In a problem that contradicts no gradient."""


@dataclass(frozen=True)
class Entry:
    """One entry of a parameter: where it is, and its gradient by both ways."""

    index: tuple[int, ...]
    backprop: float
    numerical: float

    def __str__(self) -> str:
        place = ", ".join(map(str, self.index))
        return f"[{place}] backprop {self.backprop:.9g}, numerical {self.numerical:.9g}"


@dataclass(frozen=True)
class ParameterCheck:
    """The check of one parameter.

    Attributes
    ----------
    name : str
    mean_abs_difference : float
        Over all entries: the figure of chapter 5.7.3.
    max_abs_difference : float
        Over the entries that sit on no kink; what `budget` bounds.
    budget : float
        ``truncation + rounding``: as far as the two gradients may differ when both are right.
    truncation, rounding : float
        The error of the central difference, estimated from two step sizes, and that of the
        arithmetic, measured from the noise of the loss. Each entry has its own; these are the
        widest.
    largest : float
        The largest gradient, by either way, to hold `budget` against.
    worst : Entry
        The entry that differs most beyond what it may.
    kinks : tuple of Entry
        Entries with a kink of the loss within the step, such as a ReLU at 0. Their slope is
        measured with smaller steps.
    unchecked : int
        How many of these lie on the kink itself, where there is no derivative to check.
    checked : int
        How many entries were checked. A parameter whose entries all lie on kinks does not pass:
        try other inputs, or biases that are not 0.
    passed : bool
        No entry differs by more than it may.
    unresolved : int
        How many entries may differ by as much as the largest gradient here: what rounding leaves
        of the loss does not tell this gradient from 0. They pass, but were not checked.
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


@dataclass(frozen=True)
class GradientReport:
    """The check of a network or of a layer.

    Attributes
    ----------
    parameters : tuple of ParameterCheck
    problems : tuple of str
        What is wrong beside single gradients: a gradient overwritten, a `dout` ignored, ...
    h : float
        The step.
    dtype : str
    notes : tuple of str
        What is worth knowing and not wrong.
    passed : bool
        Every parameter passed, and there are no problems.
    undecided : bool
        It did not pass, yet nothing is known to be wrong: too little could be checked.
    """

    parameters: tuple[ParameterCheck, ...]
    problems: tuple[str, ...]
    h: float
    dtype: str
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Every parameter passed, there is at least one, and there are no problems."""
        checked = bool(self.parameters) and all(check.passed for check in self.parameters)
        return checked and not self.problems

    @property
    def blunt(self) -> bool:
        """Nothing is known to be wrong, but some budget is above every gradient."""
        return self.undecided and bool(self.problems)

    @property
    def undecided(self) -> bool:
        """It did not pass, and neither a gradient nor a problem says that something is wrong."""
        wrong = any(_word(check) == "FAIL" for check in self.parameters)
        return not (self.passed or wrong) and all(NOTHING in told for told in self.problems)

    def __bool__(self) -> bool:
        return self.passed

    def __getitem__(self, name: str) -> ParameterCheck:
        for check in self.parameters:
            if check.name == name:
                return check
        raise KeyError(f"{name!r}: checked were {', '.join(c.name for c in self.parameters)}")

    def __str__(self) -> str:
        rows = [("parameter", "mean |diff|", "max |diff|", "budget", "")]
        rows += [
            (
                check.name,
                f"{check.mean_abs_difference:.2e}",
                f"{check.max_abs_difference:.2e}",
                f"{check.budget:.2e}",
                _word(check),
            )
            for check in self.parameters
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        failed = [c for c in self.parameters if _word(c) == "FAIL"]
        lines += [f"{c.name}: worst entry {c.worst}" for c in failed]
        lines += [_kinks(c) for c in self.parameters if c.kinks]
        lines += [_blurred(c) for c in self.parameters if c.unresolved]
        lines += [*self.notes, *self.problems]
        verdict = "passed" if self.passed else "UNDECIDED" if self.undecided else "FAILED"
        return "\n".join([*lines, f"gradient check {verdict} ({self.dtype}, h = {self.h:g})"])


def _word(check: ParameterCheck) -> str:
    left_out = check.unchecked or check.unresolved
    # where all lie on kinks none passed, where none is resolved none failed
    if left_out and not check.checked and (check.passed or not check.unresolved):
        return "not checked"
    return "pass" if check.passed else "FAIL"


def _blurred(check: ParameterCheck) -> str:
    """A line on the entries of a parameter that rounding hides."""
    number = "no entry was" if not check.checked else f"{check.unresolved} of its entries were not"
    return (
        f"{check.name}: {number} checked: the largest gradient, {check.largest:.2g}, is too near "
        "to what rounding hides"
    )


def _kinks(check: ParameterCheck, shown: int = 3) -> str:
    """A line on the entries of a parameter that sit on a kink."""
    places = [f"{check.name}[{', '.join(map(str, kink.index))}]" for kink in check.kinks[:shown]]
    more = len(check.kinks) - shown
    listed = ", ".join(places) + (f" and {more} more" if more > 0 else "")
    number = f"{len(check.kinks)} entries sit" if len(check.kinks) > 1 else "1 entry sits"
    line = f"{check.name}: {number} on a kink of the loss: {listed}"
    if check.unchecked:
        has, was = ("have", "were") if check.unchecked > 1 else ("has", "was")
        line += f"; {check.unchecked} {has} no derivative and {was} not checked"
    return line
