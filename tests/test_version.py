"""The version is in one place, and what else names it agrees."""

import re
from pathlib import Path

import xpnet
from xpnet.version import __version__

ROOT = Path(__file__).parents[1]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_package_has_the_version_of_its_file():
    assert xpnet.__version__ is __version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_the_distributions_read_it_from_there():
    settings = text("pyproject.toml")
    assert 'dynamic = ["version"]' in settings
    assert '[tool.hatch.version]\npath = "xpnet/version.py"\n' in settings
    assert not re.search(r"^version *=", settings, re.M)


def test_the_newest_entry_of_the_changelog_is_of_this_version():
    heading = r"^## \[(.+?)\] - (unreleased|\d{4}-\d\d-\d\d)$"
    versions = re.findall(heading, text("CHANGELOG.md"), re.M)
    assert versions[0][0] == __version__
    # what is released stays as it is, and has its date
    assert "unreleased" not in [state for _, state in versions[1:]]


def test_a_citation_names_this_version():
    assert re.findall(r"^version: (.+)$", text("CITATION.cff"), re.M) == [__version__]
