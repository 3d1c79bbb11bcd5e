"""The README shows what really happens when its code is run and its commands are typed."""

from __future__ import annotations

import re
from pathlib import Path

from .docs.pages import agree, commands, draw_digit, run_page, type_command

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
    for text, printed, shown in run_page(README, namespace, tmp_path):
        assert agree(shown, printed), f"{text}\nprints\n{printed}"
    assert "Softplus" in namespace
    assert (tmp_path / "price.html").exists()


def test_the_first_commands_set_it_up_train_read_a_digit_and_write_a_page():
    first, second, *others = SHOWN
    assert first.startswith("git clone ")
    assert second == "python3 -m venv .venv && .venv/bin/pip install -q -e '.[images]'"
    assert [command.split()[1] for command in others[:3]] == ["train", "predict", "playground"]


def test_a_network_is_trained_and_reads_a_digit_as_the_readme_shows(tmp_path):
    for command in list(SHOWN)[2:5]:
        if "my-digit.png" in command:  # this late, so that without Pillow training is tested too
            draw_digit(tmp_path / "my-digit.png")
        printed = type_command(command.removeprefix(".venv/bin/"), tmp_path)
        assert agree(SHOWN[command], printed), f"{command}\nprints\n{printed}"
    assert (tmp_path / "draw.html").exists()


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
    targets = re.findall(r"\]\(([^)#]+)\)", README) + re.findall(r'src="([^"]+)"', README)
    assert "docs/playground.webp" in targets
    for target in targets:
        assert target.startswith("http") or (ROOT / target).exists(), target
