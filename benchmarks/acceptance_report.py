"""One JSON and one Markdown file from what the stages of an acceptance run left in a folder.

    python benchmarks/acceptance_report.py FOLDER --out benchmarks/results

The folder holds STAGE.exit (an exit code) for each stage that ran, and what it wrote:
facts.json, nvidia-smi.csv, suite.xml, parity.json, benchmarks.xml, benchmarks.json; and
pytest_addopts, if options from outside may have left tests out.
A stage that left nothing is in the report as not run, and the run has not passed.
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

STAGES = ("install", "device", "suite", "parity", "benchmarks")
COUNTS = ("tests", "failures", "errors", "skipped")


def stages(folder: Path) -> dict[str, str]:
    """Each stage: passed, failed with its exit code, or not run."""
    verdicts = {}
    for stage in STAGES:
        left = folder / f"{stage}.exit"
        code = left.read_text().strip() if left.exists() else None
        verdicts[stage] = {None: "not run", "0": "passed"}.get(code, f"failed (exit {code})")
    return verdicts


def counts(path: Path) -> dict[str, int] | None:
    """How many tests a JUnit file tells of, and how many did not pass."""
    if not path.exists():
        return None
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    return {name: sum(int(suite.get(name, 0)) for suite in suites) for name in COUNTS}


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
    parity = read_json(folder / "parity.json")
    verdicts = stages(folder)
    # a stage may end well without having shown anything, which is no acceptance
    shown = {
        "suite": counts(folder / "suite.xml"),
        "parity": parity,
        "benchmarks": counts(folder / "benchmarks.xml"),
    }
    addopts = folder / "pytest_addopts"
    options = addopts.read_text().strip() if addopts.exists() else None
    complete = all(shown.values()) and not options
    return {
        "device": {True: "EMULATED", False: "gpu", None: "unknown"}[emulated],
        "passed": complete and set(verdicts.values()) == {"passed"},
        "date": date,
        "commit": commit,
        "machine": facts,
        "nvidia_smi": driver(folder / "nvidia-smi.csv"),
        "stages": verdicts,
        "pytest_addopts": options,
        "suite": shown["suite"],
        "parity": parity,
        "benchmarks": {
            "counts": shown["benchmarks"],
            # an emulated device's times are those of a CPU: they would say nothing of a GPU
            "times": times(read_json(folder / "benchmarks.json")) if emulated is False else [],
        },
    }


def name_of(report: dict[str, Any], machine: str | None) -> str:
    """<date>-<machine>-acceptance, and EMULATED where it was."""
    told = machine or report["machine"].get("gpu", "unknown")
    slug = re.sub(r"[^a-z0-9]+", "-", told.lower()).strip("-")
    mark = "-EMULATED" if report["device"] == "EMULATED" else ""
    return f"{report['date']}-{slug}-acceptance{mark}"


def main(arguments: list[str] | None = None) -> int:
    """Write both files, print where they are; 0 if everything passed, 1 if not."""
    parser = argparse.ArgumentParser(description="Assemble the report of an acceptance run.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--machine", help="names the files; default: the GPU's name")
    options = parser.parse_args(arguments)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    report = assemble(options.folder, options.commit, today)
    options.out.mkdir(parents=True, exist_ok=True)
    base = options.out / name_of(report, options.machine)
    for suffix, text in (("json", json.dumps(report, indent=2)), ("md", markdown(report))):
        path = base.with_name(f"{base.name}.{suffix}")
        path.write_text(text.rstrip() + "\n", encoding="utf-8")
        print(path)
    return 0 if report["passed"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
