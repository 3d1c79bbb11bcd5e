"""The report of an acceptance run, for a person: every table says if it is of an emulated device.

Takes the document of `acceptance_report.assemble`.
"""

from __future__ import annotations

from typing import Any

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


def duration(seconds: float) -> str:
    """Three digits with the unit that fits: 0.000123 is 123 µs."""
    size, unit = next((pair for pair in UNITS if seconds >= pair[0]), UNITS[-1])
    return f"{seconds / size:.3g} {unit}"


def table(head: list[str], rows: list[list[Any]]) -> list[str]:
    """A Markdown table, and the empty line behind it."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(str(cell) for cell in line)} |" for line in lines] + [""]


def tally(found: dict[str, int] | None) -> str:
    """The counts of a JUnit file in words."""
    if found is None:
        return "no result"
    bad = found["failures"] + found["errors"]
    passed = found["tests"] - bad - found["skipped"]
    return f"{passed:,} passed, {bad} failed, {found['skipped']} skipped"


def verdicts(parity: dict[str, Any] | None) -> list[list[Any]]:
    """Each dtype's checks: how many, and the names of those that did not pass."""
    rows = []
    for dtype, part in (parity or {"document": {}})["document"].get("dtypes", {}).items():
        wrong = [check["name"] for check in part["checks"] if check["verdict"] != "ok"]
        rows.append([dtype, len(part["checks"]), ", ".join(wrong) or "none"])
    return rows


def markdown(report: dict[str, Any]) -> str:
    """The whole page."""
    emulated = report["device"] == "EMULATED"
    mark = " (EMULATED)" if emulated else ""
    machine = dict(report["machine"])
    packages = machine.pop("packages", {})
    told = [*machine.items(), *packages.items()]
    told += [(f"nvidia-smi: {key}", cell) for key, cell in (report["nvidia_smi"] or {}).items()]
    tested = {"suite": tally(report["suite"]), "benchmarks": tally(report["benchmarks"]["counts"])}
    if report["parity"]:
        tested["parity"] = "the same" if report["parity"]["passed"] else "DIFFERENT"
    lines = [
        f"# Acceptance{mark}: {machine.get('gpu', 'no device')}, {report['date']}",
        "",
        f"{'Passed' if report['passed'] else 'NOT passed'}{mark}, at commit {report['commit']}.",
        "",
    ]
    if emulated:
        lines += [
            "EMULATED: the device is the tests' emulator on a CPU. This page says what CuPy's",
            "code paths compute, nothing of a GPU, and holds no times.",
            "",
        ]
    stages = [[name, code, tested.get(name, "")] for name, code in report["stages"].items()]
    lines += table([f"stage{mark}", "verdict", "result"], stages)
    lines += table([f"machine{mark}", ""], [[key.replace("_", " "), cell] for key, cell in told])
    parity = verdicts(report["parity"])
    if parity:
        lines += table([f"parity{mark}", "checks", "not passed"], parity)
    times = report["benchmarks"]["times"]
    if times:
        rows = [
            [one["name"], *(duration(one["seconds"][key]) for key in ("median", "q1", "q3"))]
            for one in times
        ]
        lines += table(["benchmark", "median", "lower quartile", "upper quartile"], rows)
    return "\n".join(lines)
