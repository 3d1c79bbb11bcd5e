"""The README shows what really happens when its code is run and its commands are typed."""

from __future__ import annotations

import re
from pathlib import Path

from .docs.pages import agree, commands, run_code, type_command

ROOT = Path(__file__).parents[1]
README, EMULATOR, BENCHMARKS = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/en/emulator.md", "docs/benchmarks.md")
)
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
SHOWN = dict(commands(README))


def test_every_python_block_runs_and_prints_what_the_next_block_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    for text, printed, shown in run_code(README, namespace):
        assert agree(shown, printed), f"{text}\nprints\n{printed}"
    assert "Softplus" in namespace
    assert (tmp_path / "price.html").exists()


def test_the_first_commands_set_it_up_and_train():
    first, second, third, *_ = SHOWN
    assert first.startswith("git clone ")
    assert second == "python3 -m venv .venv && .venv/bin/pip install -q -e ."
    assert third == ".venv/bin/xpnet train"


def test_training_prints_what_the_readme_shows(tmp_path):
    first, epoch, *_ = SHOWN[".venv/bin/xpnet train"].splitlines()
    printed = type_command("xpnet train --epochs 1", tmp_path)
    assert agree(f"{first}\n{epoch}\n...", printed), printed


def test_ci_types_the_commands_of_tests_and_of_the_emulated_device_as_they_are_given():
    # a command of pytest may have options behind it, which say how and not what is run
    typed = [line.partition(' "${')[0].strip() for line in CI.splitlines()]
    tests = [command.removesuffix(" -n auto") for command in SHOWN if "pytest" in command]
    emulated = [command for command, _ in commands(EMULATOR) if ".cudaemu" in command]
    assert (len(tests), len(emulated)) == (1, 3)
    assert [command for command in tests + emulated if command not in typed] == []


def test_times_are_those_of_the_benchmarks():
    speed = README.partition("## Speed")[2].partition("##")[0]
    times = re.findall(r"[\d.]+ (?:µs|ms|s)\b", speed)
    assert len(times) > 2
    assert [time for time in times if f"| {time} (" not in BENCHMARKS] == []


def test_links_to_files_of_the_repository_lead_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert target.startswith("http") or (ROOT / target).exists(), target
