"""The README shows what really happens when its code is run and its commands are typed."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from xpnet.graph import examples, trace

from .counts_table import TRAINING
from .docs.pages import agree, run_code

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CI = (ROOT / ".ci" / "run").read_text()
CONTENDERS = "SGD", "the chapter's, written plainly"
COMMANDS = re.findall(r"^\$ (.*)$", README, re.M)


def test_every_python_block_runs_and_prints_what_the_next_block_shows():
    namespace: dict[str, object] = {}
    for text, printed, shown in run_code(README, namespace):
        assert agree(shown, printed), f"{text}\nprints\n{printed}"
    assert "Softplus" in namespace


def test_the_first_command_is_the_main_job_and_the_second_the_tests():
    assert COMMANDS[0].endswith(".venv/bin/xpnet train")
    assert COMMANDS[1].endswith(".venv/bin/pytest")
    assert all(command.startswith("python3 -m venv .venv && ") for command in COMMANDS[:2])


def test_ci_types_the_commands_of_tests_and_of_the_emulated_device_as_the_readme_gives_them():
    # a command of pytest may have options behind it, which say how and not what is run
    typed = [line.partition(' "${')[0].strip() for line in CI.splitlines()]
    wanted = [COMMANDS[1], *(command for command in COMMANDS if ".cudaemu" in command)]
    assert len(wanted) == 4
    assert [command for command in wanted if command not in typed] == []


def test_the_counts_it_names_are_those_that_the_tests_assert():
    ours, plain = (next(r for r in TRAINING if r.call.startswith(f"step, {c}")) for c in CONTENDERS)
    assert f"a training step of the network above is {ours.launches} launches" in README
    assert f"takes {plain.launches}, and {plain.synchronisations} waits" in README


def test_links_to_files_of_the_repository_lead_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    assert targets
    for target in targets:
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_picture_of_a_graph_shows_the_numbers_of_that_graph():
    drawn = Counter(re.findall(r"<text[^>]*>([^<]*)<", (ROOT / "docs" / "orange.svg").read_text()))
    diagram = trace(examples.orange())
    assert drawn == Counter(
        [
            *(node.label for node in diagram.nodes),
            *(edge.value for edge in diagram.edges),
            *(edge.grad for edge in diagram.edges),
        ]
    )


ROOMS = re.findall(r"^\| `xpnet\.(\w+)` \| (.*) \|$", README, re.M)


def test_the_rooms_in_the_table_hold_what_it_says():
    assert len(ROOMS) == 12
    for room, listed in ROOMS:
        module = importlib.import_module(f"xpnet.{room}")
        for name in re.findall(r"`(\w+)`", listed):
            assert hasattr(module, name), f"xpnet.{room}.{name}"


@pytest.mark.parametrize("room", [room for room, _ in ROOMS])
def test_a_room_in_the_table_is_an_attribute_of_the_package(python, room):
    done = python(f"import xpnet; print(xpnet.{room}.__name__, {room!r} in dir(xpnet))")
    assert done.stdout == f"xpnet.{room} True\n", done.stderr
