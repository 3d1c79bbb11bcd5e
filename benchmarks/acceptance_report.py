"""One JSON and one Markdown file from what the stages of an acceptance run left in a folder.

    python benchmarks/acceptance_report.py FOLDER --out benchmarks/results

The folder holds STAGE.log for each stage that began and STAGE.exit (an exit code, or why it did
not run) for each that is over, and what they wrote: facts.json, nvidia-smi.csv, smoke.json,
parity.json, numbers.json, suite.json and suite.xml, failures.txt, benchmarks.xml, benchmarks.json;
`chosen`, the stages wanted; `tests` and `pytest_addopts`, if either may have left tests out.
A run may be cut off at any moment: the report is of what is there, and has not passed then.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from acceptance_markdown import markdown

STAGES = (
    *("install", "device", "smoke", "parity", "parity-large"),
    *("numbers", "suite", "sanitizer", "benchmarks"),
)
BESIDE = {"parity": "parity-large"}
"""A stage that is chosen with another."""
EXTRA = {
    "parity-large": ("not there",),
    "sanitizer": ("not chosen", "not there"),
    "benchmarks": ("not chosen",),
}
"""What a run may pass without, and the verdicts that say so."""
COUNTS = ("tests", "failures", "errors", "skipped")
OUT_OF_TIME = ("124", "137")
"""Of `timeout`, which ends a stage in two ways."""


def verdict(folder: Path, stage: str, chosen: list[str]) -> str:
    """Passed, failed with its exit code, out of time, cut off, not there, not chosen or not run."""
    left, code = folder / f"{stage}.exit", ""
    if left.exists():
        code = left.read_text().strip()
    if not code:
        begun = (folder / f"{stage}.log").exists()
        return "not chosen" if stage not in chosen else "cut off" if begun else "not run"
    if code in OUT_OF_TIME:
        return f"out of time (exit {code})"
    if code.isdecimal():
        return "passed" if code == "0" else f"failed (exit {code})"
    return code


def stages(folder: Path) -> dict[str, str]:
    """The verdict of each stage."""
    chosen = (read_text(folder / "chosen") or " ".join(STAGES)).split()
    chosen += ["install", "device", *(BESIDE.get(stage, "") for stage in chosen)]
    return {stage: verdict(folder, stage, chosen) for stage in STAGES}


def read_text(path: Path) -> str | None:
    """What stands in a file, if it is there."""
    return path.read_text(encoding="utf-8").strip() if path.exists() else None


def counts(path: Path) -> dict[str, int] | None:
    """How many tests a JUnit file counts, and how many did not pass."""
    try:
        suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    except (FileNotFoundError, ElementTree.ParseError):
        return None
    return {name: sum(int(suite.get(name, 0)) for suite in suites) for name in COUNTS}


def failures(folder: Path) -> list[str]:
    """The tests that failed, as they did."""
    lines = (read_text(folder / "failures.txt") or "").splitlines()
    return [line.removeprefix("=== ") for line in lines if line.startswith("=== ")]


def read_json(path: Path) -> dict[str, Any] | None:
    """A stage's document; None where the stage did not come to write it."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return document


def times(document: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The rows of the benchmarks that have a time."""
    return [row for row in (document or {}).get("rows", []) if row["seconds"]]


def numbers(document: dict[str, Any] | None, timed: bool) -> list[dict[str, Any]] | None:
    """All rows of the numbers; their times only where they are a GPU's."""
    if document is None:
        return None
    untimed = {} if timed else dict.fromkeys(("seconds", "relative_speed", "device_seconds"))
    return [{**row, **untimed} for row in document["rows"]]


def driver(path: Path) -> dict[str, str] | None:
    """The line that nvidia-smi printed: driver, memory in all and free (MiB), name."""
    if not path.exists():
        return None
    cells = [cell.strip() for cell in path.read_text().strip().split(",", 3)]
    keys = ("driver_version", "memory_total_mib", "memory_free_mib", "name")
    return dict(zip(keys, cells, strict=True))


def assemble(folder: Path, commit: str, date: str) -> dict[str, Any]:
    """The document. On an emulated device it says so first, and holds no times."""
    facts = read_json(folder / "facts.json") or {}
    emulated = facts.pop("emulated", None)
    on_gpu = emulated is False
    verdicts = stages(folder)
    # a stage may end well without having shown anything, which is no acceptance
    shown = {
        "smoke": read_json(folder / "smoke.json"),
        "parity": read_json(folder / "parity.json"),
        "numbers": numbers(read_json(folder / "numbers.json"), on_gpu),
        "suite": counts(folder / "suite.xml") or read_json(folder / "suite.json"),
    }
    benchmarks = counts(folder / "benchmarks.xml")
    options = {name: read_text(folder / name) for name in ("pytest_addopts", "tests")}
    complete = all(shown.values()) and not any(options.values())
    complete &= bool(benchmarks) or verdicts["benchmarks"] in EXTRA["benchmarks"]
    well = all(
        verdict == "passed" or verdict in EXTRA.get(name, ()) for name, verdict in verdicts.items()
    )
    return {
        "device": {True: "EMULATED", False: "gpu", None: "unknown"}[emulated],
        "passed": complete and well,
        "date": date,
        "commit": commit,
        "machine": facts,
        "nvidia_smi": driver(folder / "nvidia-smi.csv"),
        "stages": verdicts,
        **options,
        **shown,
        "failures": failures(folder),
        "benchmarks": {
            "counts": benchmarks,
            # an emulated device's times are those of a CPU: they would say nothing of a GPU
            "times": times(read_json(folder / "benchmarks.json")) if on_gpu else [],
        },
    }


def chosen_passed(report: dict[str, Any]) -> bool:
    """Whether all that was chosen passed; options from outside may have left out anything."""
    over = ("passed", "not chosen", "not there")
    return not report["pytest_addopts"] and all(
        state in over for state in report["stages"].values()
    )


def name_of(report: dict[str, Any], machine: str | None) -> str:
    """<date>-<machine>-acceptance, and EMULATED where it was."""
    label = machine or report["machine"].get("gpu", "unknown")
    slug = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")
    mark = "-EMULATED" if report["device"] == "EMULATED" else ""
    return f"{report['date']}-{slug}-acceptance{mark}"


def main(arguments: list[str] | None = None) -> int:
    """Write both files, print where they are; 0 if everything chosen passed, 1 if not."""
    parser = argparse.ArgumentParser(description="Assemble the report of an acceptance run.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--machine", help="names the files; default: the GPU's name")
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    parser.add_argument("--date", default=today, help="when the run began; default: today")
    options = parser.parse_args(arguments)
    report = assemble(options.folder, options.commit, options.date)
    options.out.mkdir(parents=True, exist_ok=True)
    base = options.out / name_of(report, options.machine)
    for suffix, text in (("json", json.dumps(report, indent=2)), ("md", markdown(report))):
        path = base.with_name(f"{base.name}.{suffix}")
        # whole or not at all, since the next cut-off may come while it is written
        part = path.with_name(f"{path.name}.part")
        part.write_text(text.rstrip() + "\n", encoding="utf-8")
        part.replace(path)
        print(path)
    return 0 if chosen_passed(report) else 1


if __name__ == "__main__":
    raise SystemExit(main())
