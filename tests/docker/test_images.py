"""The Dockerfiles and the services of compose.yaml fit each other, the context and the command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSE = (DOCKER / "compose.yaml").read_text()
NAMES = ["cpu.Dockerfile", "cuda.Dockerfile"]


def instructions(name):
    """Of a Dockerfile, with continued lines joined and without comments."""
    text = re.sub(r"^#.*\n", "", (DOCKER / name).read_text(), flags=re.M)
    return [line for line in text.replace("\\\n", " ").splitlines() if line]


def stages(name):
    return [line.split(" AS ")[1] for line in instructions(name) if line.startswith("FROM ")]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_copied_exists_and_travels(name):
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for line in instructions(name):
        if line.startswith("COPY ") and "--from" not in line:
            sources = [word for word in line.split()[1:-1] if not word.startswith("--")]
            for source in sources:
                path = source.replace("${CUDA}", "13")
                assert (ROOT / path).exists(), source
                assert path not in ignored


@pytest.mark.parametrize("name", NAMES)
def test_the_base_is_an_argument_with_an_exact_version_and_no_registry(name):
    (base,) = [line for line in instructions(name) if line.startswith("ARG BASE=")]
    assert re.fullmatch(r"ARG BASE=python:\d+\.\d+\.\d+-[a-z-]+", base)
    assert instructions(name).count("FROM ${BASE} AS base") == 1
    # every other stage stands on that one
    others = [line.split()[1] for line in instructions(name) if line.startswith("FROM ")][1:]
    assert set(others) <= set(stages(name))


@pytest.mark.parametrize("name", NAMES)
def test_no_image_says_where_packages_come_from(name):
    assert not re.search(
        r"index-url|find-links (?!/files )|https?://", "\n".join(instructions(name))
    )


@pytest.mark.parametrize("name", NAMES)
def test_what_is_installed_was_checked_against_a_hash(name):
    lines = "\n".join(instructions(name))
    assert re.findall(r"pip download ([^&\n]*)", lines) == [
        "--require-hashes --no-deps --only-binary :all:      --dest /files --requirement pins.txt"
    ]
    installed = re.findall(r"pip install ([^&\n]*)", lines)
    assert len(installed) >= 5
    ours = "--no-cache-dir --no-deps /wheel/*.whl "
    verified = "--no-cache-dir --no-index --find-links /files --requirement wanted.txt"
    assert set(installed) == {ours, verified}


@pytest.mark.parametrize("name", NAMES)
def test_what_runs_is_not_root(name):
    lines = instructions(name)
    for stage in ("dev", "train"):
        begun = lines.index(next(line for line in lines if line.endswith(f" AS {stage}")))
        rest = lines[begun + 1 :]
        end = next((i for i, line in enumerate(rest) if line.startswith("FROM ")), len(rest))
        users = [line for line in rest[:end] if line.startswith("USER ")]
        assert users == ["USER ${UID}"]


@pytest.mark.parametrize("name", NAMES)
def test_an_image_trains_unless_told_otherwise(name):
    assert stages(name)[-1] == "train"
    assert instructions(name)[-1].startswith('CMD ["xpnet", "train"')
    assert not any(line.startswith("ENTRYPOINT") for line in instructions(name))


def test_compose_names_dockerfiles_and_stages_that_exist():
    files = re.findall(r"dockerfile: (\S+)", COMPOSE)
    assert sorted(files) == [f"docker/{name}" for name in NAMES]
    targets = re.findall(r"target: (\w+)$", COMPOSE, re.M)
    assert targets
    assert set(targets) <= set(stages("cpu.Dockerfile")) & set(stages("cuda.Dockerfile"))


def test_compose_commands_run_folders_and_options_that_exist():
    commands = re.findall(r"command: >-\n((?: {6}.*\n)+)", COMPOSE)
    assert len(commands) == 2
    for command in commands:
        folder = command.split()[3]
        assert (ROOT / folder).is_dir()
    assert set(re.findall(r"--backend (\w+)", COMPOSE)) == {"cupy"}
