"""The report of a gradient check: a collection of its checks that prints as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xpnet.errors import UnknownNameError
from xpnet.gradient.parameter_result import ParameterCheck
from xpnet.tables import html_paragraphs, html_table, text_table

__all__ = ["NOTHING_CHECKED", "GradientReport"]

NOTHING_CHECKED = "nothing was checked"
"""In a problem that says nothing against a gradient."""


@dataclass(frozen=True)
class GradientReport:
    """The check of a network or of a layer.

    Iterating gives its checks, ``report["W1"]`` the one of that name; ``bool(report)`` is
    `passed`. ``print(report)`` shows a table, and so does a notebook.

    Attributes
    ----------
    parameters : tuple of ParameterCheck
    problems : tuple of str
        What is wrong besides single gradients: a gradient overwritten, a `dout` ignored, ...
    h : float
        The step.
    dtype : str
    notes : tuple of str
        What is worth knowing and not wrong.
    passed : bool
        Every parameter passed, and there are no problems.
    undecided : bool
        It did not pass, yet nothing is known to be wrong: too little could be checked.
    uninformative : bool
        It is undecided because an error budget is above every gradient.

    Examples
    --------
    >>> report = check_layer(Affine(np.eye(2), np.ones(2)), np.array([[1.0, -0.5]]))
    >>> report
    GradientReport(passed, 3 checks, float64, h=0.0001)
    >>> [check.name for check in report]
    ['x', 'W', 'b']
    >>> report["W"].passed
    True
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
    def uninformative(self) -> bool:
        """Nothing is known to be wrong, but an error budget is above every gradient."""
        return self.undecided and bool(self.problems)

    @property
    def undecided(self) -> bool:
        """It did not pass, and neither a gradient nor a problem says that something is wrong."""
        if self.passed or self._failed:
            return False
        return all(NOTHING_CHECKED in problem for problem in self.problems)

    def __bool__(self) -> bool:
        return self.passed

    def __len__(self) -> int:
        return len(self.parameters)

    def __iter__(self) -> Iterator[ParameterCheck]:
        return iter(self.parameters)

    def __contains__(self, name: object) -> bool:
        return any(name in (check, check.name) for check in self.parameters)

    def __getitem__(self, name: str) -> ParameterCheck:
        for check in self.parameters:
            if check.name == name:
                return check
        names = ", ".join(check.name for check in self.parameters)
        raise UnknownNameError(f"expected the name of a check ({names}), got {name!r}")

    def __repr__(self) -> str:
        failed = ": " + ", ".join(check.name for check in self._failed) if self._failed else ""
        number = "1 check" if len(self) == 1 else f"{len(self)} checks"
        problems = f", problems: {len(self.problems)}" if self.problems else ""
        return (
            f"GradientReport({self._verdict}{failed}, {number}{problems}, {self.dtype}, "
            f"h={self.h:g})"
        )

    def __str__(self) -> str:
        return "\n".join([*text_table(self._rows), *self._remarks])

    def _repr_html_(self) -> str:
        return html_table(self._rows) + html_paragraphs(self._remarks)

    @property
    def _failed(self) -> list[ParameterCheck]:
        return [check for check in self.parameters if check.verdict == "FAIL"]

    @property
    def _verdict(self) -> str:
        return "passed" if self.passed else "UNDECIDED" if self.undecided else "FAILED"

    @property
    def _rows(self) -> Sequence[Sequence[str]]:
        header = ("parameter", "mean |diff|", "max |diff|", "budget", "")
        return [header] + [
            (
                check.name,
                f"{check.mean_abs_difference:.2e}",
                f"{check.max_abs_difference:.2e}",
                f"{check.budget:.2e}",
                check.verdict,
            )
            for check in self.parameters
        ]

    @property
    def _remarks(self) -> list[str]:
        """The lines after the table; the verdict is the last."""
        worst = [f"{check.name}: worst entry {check.worst}" for check in self._failed]
        remarks = [remark for check in self.parameters for remark in check.remarks]
        verdict = f"gradient check {self._verdict} ({self.dtype}, h = {self.h:g})"
        return [*worst, *remarks, *self.notes, *self.problems, verdict]
