"""What CI installs and runs is pinned, and a release is published by one job alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
WORKFLOWS = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PIN = r"^([\w-]+)==([\w.]+)(?: ; (.+?))?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"


def pins(name):
    """Name, version and marker of each entry, and what of the file is no entry."""
    text = (ROOT / ".ci" / name).read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.M)
    return re.findall(PIN, lines, re.M), re.sub(PIN, "", lines, flags=re.M)


def wanted(key):
    """The requirements in a list of pyproject.toml (Python 3.10 has no tomllib)."""
    listed = re.search(rf"^{key} = (\[.*?\])$", PROJECT, re.M | re.S)[1]
    return [Requirement(text) for text in re.findall(r'"([^"]+)"', listed)]


@pytest.mark.parametrize("name", ["pins.txt", "uv.txt"])
def test_every_pin_has_hashes_and_nothing_else(name):
    entries, rest = pins(name)
    assert entries
    assert rest == ""


@pytest.mark.parametrize(
    "key", ["requires", "dependencies", "bench", "dev", "docs", "mpi", "plot", "report", "test"]
)
def test_pins_hold_what_the_project_asks_for_in_its_range(key):
    found = {}
    for name, version, _ in pins("pins.txt")[0]:
        found.setdefault(name, []).append(version)
    requirements = [one for one in wanted(key) if one.name != "xpnet"]
    assert requirements
    for requirement in requirements:
        versions = found.get(requirement.name, [])
        assert any(map(requirement.specifier.contains, versions)), f"{requirement}: bash .ci/renew"


def test_the_tools_of_ci_are_pinned():
    lines = (ROOT / ".ci" / "tools.txt").read_text(encoding="utf-8").splitlines()
    tools = {line.partition(" #")[0] for line in lines if line[0] != "#"}
    assert tools <= {name for name, _, _ in pins("pins.txt")[0]}


def test_an_action_is_pinned_by_its_commit_and_the_same_one_everywhere():
    used = [
        (action, reference)
        for text in WORKFLOWS.values()
        for action, reference in re.findall(r"uses: ([^@\s]+)@(.*)", text)
    ]
    assert len(used) > 5
    for action, reference in used:
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", reference), action
    assert len(set(used)) == len(dict(used))


def test_only_the_job_that_publishes_a_tag_may_sign_in():
    jobs = WORKFLOWS["release.yml"].partition("\njobs:\n")[2]
    parts = dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", jobs, re.M))
    assert list(parts) == ["build", "test", "publish"]
    assert sum(text.count(": write") for text in WORKFLOWS.values()) == 1
    for line in (
        "needs: [build, test]",
        "if: github.ref_type == 'tag'",
        "environment: pypi",
        "permissions:\n      id-token: write # ",
    ):
        assert f"\n    {line}" in f"\n{parts['publish']}"


def test_every_python_that_the_project_names_is_tried_on_three_systems():
    named = re.findall(r"Python :: (3\.\d+)", PROJECT)
    (tried,) = re.findall(r"^ +python: \[(.*)\]$", WORKFLOWS["release.yml"], re.M)
    assert re.findall(r"3\.\d+", tried) == named
    assert "system: [ubuntu-latest, macos-latest, windows-latest]" in WORKFLOWS["release.yml"]
