"""What a comparison of two backends found, to read and to compute with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xpnet.parity.comparison import Difference

__all__ = ["Certificate", "Check"]


@dataclass
class Check:
    """One operation in one dtype, over all steps.

    Attributes
    ----------
    dtype : str
    name : str
        ``"Affine1.backward W"`` is the gradient of `W`, ``"SGD W1"`` the parameter after a step.
    differences : list of Difference
        One each step, from the same bits.
    drift : list of float
        One each step: how far the second backend's free run is from the first's, relative to
        the largest entry.
    """

    dtype: str
    name: str
    differences: list[Difference] = field(default_factory=list)
    drift: list[float] = field(default_factory=list)

    @property
    def worst(self) -> int:
        """The step, counted from 1, that comes nearest to its bound or leaves it furthest."""
        ranks = [(found.excess, found.relative) for found in self.differences]
        return ranks.index(max(ranks)) + 1

    @property
    def verdict(self) -> str:
        """``"ok"``, ``"FAIL"``, or ``"no bound"`` where none is derived."""
        if any(found.excess > 1 for found in self.differences):
            return "FAIL"
        return "no bound" if any(found.bound is None for found in self.differences) else "ok"

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "worst_step": self.worst,
            "steps": [
                {**vars(found), "drift": drift}
                for found, drift in zip(self.differences, self.drift, strict=True)
            ],
        }


@dataclass(frozen=True)
class Certificate:
    """What `certify` found.

    Attributes
    ----------
    backends, devices : pair of str
    steps : int
    checks : tuple of Check
        In the order of computation, for each dtype.
    """

    backends: tuple[str, str]
    devices: tuple[str, str]
    steps: int
    checks: tuple[Check, ...]

    @property
    def failures(self) -> list[tuple[int, Check]]:
        """Step and check of all that left its bound: each dtype's first steps first."""
        found = [
            (dtypes.index(check.dtype), step, check)
            for dtypes in [list(dict.fromkeys(check.dtype for check in self.checks))]
            for check in self.checks
            for step, difference in enumerate(check.differences, 1)
            if difference.excess > 1
        ]
        return [(step, check) for _, step, check in sorted(found, key=lambda entry: entry[:2])]

    @property
    def unbounded(self) -> list[str]:
        """Names of what was compared, but has no bound."""
        names = [check.name for check in self.checks if check.verdict == "no bound"]
        return list(dict.fromkeys(names))

    @property
    def passed(self) -> bool:
        """Everything has a bound, and is within it."""
        return bool(self.checks) and all(check.verdict == "ok" for check in self.checks)

    def __bool__(self) -> bool:
        return self.passed

    def yardstick(self, dtype: str) -> list[float]:
        """For each step the number of steps times all bounds of a step: what drift may be about."""
        mine = [check for check in self.checks if check.dtype == dtype]
        return [
            (step + 1) * sum(check.differences[step].bound or 0.0 for check in mine)
            for step in range(self.steps)
        ]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        dtypes = dict.fromkeys(check.dtype for check in self.checks)
        return {
            "backends": [
                {"name": name, "device": device, "emulated": "emulat" in device.lower()}
                for name, device in zip(self.backends, self.devices, strict=True)
            ],
            "steps": self.steps,
            "passed": self.passed,
            "first_failure": self._first(),
            "no_bound": self.unbounded,
            "dtypes": {
                dtype: {
                    "drift_yardstick": self.yardstick(dtype),
                    "checks": [c.as_dict() for c in self.checks if c.dtype == dtype],
                }
                for dtype in dtypes
            },
        }

    def __str__(self) -> str:
        places = [f"{n} on {d}" for n, d in zip(self.backends, self.devices, strict=True)]
        lines = [" against ".join(places)]
        for dtype in dict.fromkeys(check.dtype for check in self.checks):
            mine = [check for check in self.checks if check.dtype == dtype]
            lines += ["", *_table(dtype, mine)]
            yardstick = self.yardstick(dtype)[-1]
            lines.append(f"drift is measured, not judged; first-order yardstick {yardstick:.0e}")
        lines.append("")
        if self.unbounded:
            lines.append(f"no bound derived, so not certified: {', '.join(self.unbounded)}")
        first = self._first()
        if first:
            lines.append(first)
        verdict = "passed" if self.passed else "NOT PASSED"
        steps = f"{self.steps} step{'s' if self.steps > 1 else ''}"
        return "\n".join([*lines, f"parity {verdict} ({steps})"])

    def _first(self) -> str | None:
        """The first that left its bound, in words."""
        if not self.failures:
            return None
        step, check = self.failures[0]
        found = check.differences[step - 1]
        sizes = f"largest relative difference {found.relative:.1e}, bound {found.bound or 0.0:.1e}"
        return f"step {step}: {check.name}: {found.unlike or sizes} ({check.dtype})"


def _table(dtype: str, checks: list[Check]) -> list[str]:
    rows: list[tuple[str, ...]] = [(dtype, "difference", "bound", "step", "finds", "drift", "")]
    for check in checks:
        found = check.differences[check.worst - 1]
        difference, bound, drift = map(_number, (found.relative, found.bound, check.drift[-1]))
        finds = "any" if found.finds == 0 else _number(found.finds)
        rows.append((check.name, difference, bound, str(check.worst), finds, drift, check.verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            f"{cell:<{width}}" if place in (0, 6) else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _number(value: float | None) -> str:
    """Two digits; nothing at all is a plain 0."""
    if value is None:
        return "-"
    return "0" if value == 0 else f"{value:.1e}"
