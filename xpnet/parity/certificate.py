"""The certificate: a collection of the checks of two backends that prints as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xpnet.parity.check import Check
from xpnet.tables import html_paragraphs, html_table, text_table

__all__ = ["Certificate"]

NUMBER_COLUMNS = range(1, 6)


@dataclass(frozen=True)
class Certificate:
    """The result of `certify`.

    Iterating gives its checks; ``bool(certificate)`` is `passed`. ``print(certificate)`` shows a
    table, and so does a notebook.

    Attributes
    ----------
    backends, devices : pair of str
    steps : int
    checks : tuple of Check
        In the order of computation, for each dtype.
    uncaptured : str or None
        Why captured steps are not among the checks.
    matmul_precision : "float32" or "tf32"
        In which products of float32 arrays were computed where a device can: see
        `xpnet.set_matmul_precision`.
    """

    backends: tuple[str, str]
    devices: tuple[str, str]
    steps: int
    checks: tuple[Check, ...]
    uncaptured: str | None = None
    matmul_precision: str = "float32"

    @property
    def dtypes(self) -> list[str]:
        """The dtypes of the checks, in their order."""
        return list(dict.fromkeys(check.dtype for check in self.checks))

    @property
    def failures(self) -> list[tuple[int, Check]]:
        """Step and check of all that exceed their bound, for each dtype in the order of steps."""
        dtypes = self.dtypes
        found = [
            (dtypes.index(check.dtype), step, check)
            for check in self.checks
            for step, difference in enumerate(check.differences, 1)
            if difference.bound_ratio > 1
        ]
        return [(step, check) for _, step, check in sorted(found, key=lambda entry: entry[:2])]

    @property
    def first_failure(self) -> str | None:
        """A sentence on the first check that exceeds its bound, or None."""
        if not self.failures:
            return None
        step, check = self.failures[0]
        found = check.differences[step - 1]
        sizes = f"largest relative difference {found.relative:.1e}, bound {found.bound or 0.0:.1e}"
        return f"step {step}: {check.name}: {found.mismatch or sizes} ({check.dtype})"

    @property
    def without_bound(self) -> list[str]:
        """Names of the checks that are compared, but have no bound."""
        names = [check.name for check in self.checks if check.verdict == "no bound"]
        return list(dict.fromkeys(names))

    @property
    def passed(self) -> bool:
        """Everything has a bound, and is within it."""
        return bool(self.checks) and all(check.verdict == "ok" for check in self.checks)

    def __bool__(self) -> bool:
        return self.passed

    def __len__(self) -> int:
        return len(self.checks)

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)

    def expected_drift(self, dtype: str) -> list[float]:
        """For each step a first-order estimate of drift: steps times the bounds of one step."""
        checks = self._of(dtype)
        return [
            (step + 1) * sum(check.differences[step].bound or 0.0 for check in checks)
            for step in range(self.steps)
        ]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "backends": [
                {"name": name, "device": device, "emulated": "emulat" in device.lower()}
                for name, device in zip(self.backends, self.devices, strict=True)
            ],
            "steps": self.steps,
            "matmul_precision": self.matmul_precision,
            "passed": self.passed,
            "first_failure": self.first_failure,
            "no_bound": self.without_bound,
            "uncaptured": self.uncaptured,
            "dtypes": {
                dtype: {
                    "expected_drift": self.expected_drift(dtype),
                    "checks": [check.as_dict() for check in self._of(dtype)],
                }
                for dtype in self.dtypes
            },
        }

    def __repr__(self) -> str:
        verdict = "passed" if self.passed else "NOT PASSED"
        return (
            f"Certificate({verdict}, {' and '.join(self.backends)}, {_count(self.steps, 'step')}, "
            f"{_count(len(self), 'check')})"
        )

    def __str__(self) -> str:
        tables = [
            ["", *text_table(self._rows(dtype), NUMBER_COLUMNS), self._drift_remark(dtype)]
            for dtype in self.dtypes
        ]
        lines = [line for table in tables for line in table]
        return "\n".join([self._title, *lines, "", *self._remarks])

    def _repr_html_(self) -> str:
        tables = [
            html_table(self._rows(dtype)) + html_paragraphs([self._drift_remark(dtype)])
            for dtype in self.dtypes
        ]
        return html_paragraphs([self._title]) + "".join(tables) + html_paragraphs(self._remarks)

    def _of(self, dtype: str) -> list[Check]:
        return [check for check in self.checks if check.dtype == dtype]

    @property
    def _title(self) -> str:
        places = [f"{n} on {d}" for n, d in zip(self.backends, self.devices, strict=True)]
        return " against ".join(places)

    def _rows(self, dtype: str) -> Sequence[Sequence[str]]:
        header = (dtype, "difference", "bound", "step", "detects", "drift", "")
        return [header, *(_row(check) for check in self._of(dtype))]

    def _drift_remark(self, dtype: str) -> str:
        expected = self.expected_drift(dtype)[-1]
        return f"drift is reported without a verdict; first-order estimate {expected:.0e}"

    @property
    def _remarks(self) -> list[str]:
        """The lines after the tables; the verdict is the last."""
        remarks = []
        if self.matmul_precision == "tf32":
            remarks.append("products in float32 may be computed in TF32, and bounds allow for it")
        if self.uncaptured:
            remarks.append(f"captured steps are not checked: {self.uncaptured}")
        if self.without_bound:
            remarks.append(f"not certified, without a bound: {', '.join(self.without_bound)}")
        if self.first_failure:
            remarks.append(self.first_failure)
        verdict = "passed" if self.passed else "NOT PASSED"
        return [*remarks, f"parity {verdict} ({_count(self.steps, 'step')})"]


def _row(check: Check) -> tuple[str, ...]:
    """The cells of a check: its step that is worst for its bound."""
    worst = check.differences[check.worst_step - 1]
    detectable = "any" if worst.detectable == 0 else _number(worst.detectable)
    difference, bound, drift = map(_number, (worst.relative, worst.bound, check.drift[-1]))
    step = str(check.worst_step)
    return check.name, difference, bound, step, detectable, drift, check.verdict


def _number(value: float | None) -> str:
    """Two digits; 0 as such, and a dash for None."""
    if value is None:
        return "-"
    return "0" if value == 0 else f"{value:.1e}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
