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


def spread(seconds: dict[str, float] | None) -> str:
    """The median, and the quartiles behind it; nothing of nothing."""
    if seconds is None:
        return ""
    median, low, high = (duration(seconds[key]) for key in ("median", "low", "high"))
    return f"{median} ({low} to {high})"


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


def smoked(smoke: dict[str, Any] | None) -> str:
    """The accuracies that both backends reached."""
    if smoke is None:
        return "no result"
    listed = ", ".join(f"{name} {smoke[name]['test_accuracy']}" for name in ("numpy", "cupy"))
    return f"test accuracy after {smoke['steps']} steps: {listed}"


def cases(rows: list[dict[str, Any]] | None) -> str:
    """How many rows of the numbers have a time."""
    if rows is None:
        return "no result"
    return f"{len(rows)} rows, {sum(bool(row['seconds']) for row in rows)} timed"


def numbers(rows: list[dict[str, Any]], mark: str) -> list[str]:
    """A table of the numbers: times with their quartiles, relative speeds, and what to know."""
    head = [f"numbers{mark}", "work", "case", "time (quartiles)", "time on the device"]
    names = "table", "work", "case"
    lines = [
        [
            *(row[key] for key in names),
            *(spread(row[key]) for key in ("seconds", "device_seconds")),
            f"{row['relative_speed']['median']:.3g}" if row["relative_speed"] else "",
            row["note"].replace("|", "\\|"),
        ]
        for row in rows
    ]
    return table([*head, "relative speed", "note"], lines)


def verdict(parity: dict[str, Any] | None) -> str:
    """The certificate in a few words: what is wrong, if something is."""
    if parity is None:
        return "no result"
    if parity["passed"]:
        return f"passed, {parity['steps']} steps"
    return parity["first_failure"] or f"no bound: {', '.join(parity['no_bound'])}"


def number(value: float | None) -> str:
    """Two digits; JSON's null is an infinite difference, or a bound that was not derived."""
    if value is None:
        return "-"
    return "0" if value == 0 else f"{value:.1e}"


def certificate(parity: dict[str, Any], mark: str) -> list[str]:
    """What was held against what, and a table for each dtype: every check at its worst step."""
    first, second = (f"{one['name']} on {one['device']}" for one in parity["backends"])
    network = "-".join(map(str, parity["network"]))
    lines = [
        f"Parity{mark}: {second} held against {first}; {network} network, {parity['optimizer']}, "
        f"batches of {parity['batch_size']}. Differences are relative, at the step that comes "
        "nearest to its bound or leaves it furthest.",
        "",
    ]
    for dtype, part in parity["dtypes"].items():
        rows = []
        for check in part["checks"]:
            worst = check["steps"][check["worst_step"] - 1]
            listed = number(worst["relative"]), number(worst["bound"])
            rows.append([check["name"], *listed, check["worst_step"], check["verdict"]])
        lines += table([f"parity, {dtype}{mark}", "difference", "bound", "step", "verdict"], rows)
    return lines


def markdown(report: dict[str, Any]) -> str:
    """The whole page."""
    emulated = report["device"] == "EMULATED"
    mark = " (EMULATED)" if emulated else ""
    machine = dict(report["machine"])
    packages = machine.pop("packages", {})
    listed = [*machine.items(), *packages.items()]
    listed += [(f"nvidia-smi: {key}", cell) for key, cell in (report["nvidia_smi"] or {}).items()]
    tested = {
        "smoke": smoked(report["smoke"]),
        "parity": verdict(report["parity"]),
        "numbers": cases(report["numbers"]),
        "suite": tally(report["suite"]),
        "benchmarks": tally(report["benchmarks"]["counts"]),
    }
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
    if report["pytest_addopts"]:
        lines += [f"Not the whole suite: `PYTEST_ADDOPTS={report['pytest_addopts']}`", ""]
    if report["tests"]:
        lines += [f"Not the whole suite: `--tests '{report['tests']}'`", ""]
    stages = [
        [name, code, "" if code == "not chosen" else tested.get(name, "")]
        for name, code in report["stages"].items()
    ]
    lines += table([f"stage{mark}", "verdict", "result"], stages)
    lines += table([f"machine{mark}", ""], [[key.replace("_", " "), cell] for key, cell in listed])
    if report["failures"]:
        lines += ["Failed:", "", *(f"- `{one}`" for one in report["failures"]), ""]
    if report["numbers"]:
        lines += numbers(report["numbers"], mark)
    if report["parity"]:
        lines += certificate(report["parity"], mark)
    times = report["benchmarks"]["times"]
    if times:
        names = "table", "work", "case"
        rows = [
            [*(one[key] for key in names), spread(one["seconds"]), spread(one["device_seconds"])]
            for one in times
        ]
        head = ["benchmark", "work", "case", "time (quartiles)", "time on the device"]
        lines += table(head, rows)
    return "\n".join(lines)
