import json
import platform
import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import xpnet
from xpnet.backends import NumpyBackend
from xpnet.errors import CaptureError


def test_versions_blas_threads_and_backends_are_named(xpnet_command):
    ran = xpnet_command("info", "--json", "-")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["xpnet"] == xpnet.__version__
    assert document["python"] == platform.python_version()
    assert document["packages"]["numpy"] == np.__version__
    assert document["blas"]
    assert document["cores"] >= 1
    numpy = {"state": "ok", "device": "cpu", "capture": None}
    assert document["backends"]["numpy"] == numpy


def test_of_the_packages_of_cupy_only_the_one_that_is_there_is_shown(monkeypatch, capsys):
    module = import_module("xpnet.cli.info")
    monkeypatch.setattr(module, "installed", lambda packages: {"cupy-rocm-7-0": "14.2.0"})
    module.info()
    assert "\npackages  cupy-rocm-7-0 14.2.0\n" in capsys.readouterr().out


def test_each_extra_of_the_project_is_listed_with_the_packages_that_it_brings():
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    table = text.partition("[project.optional-dependencies]\n")[2].partition("\n[")[0]
    project = {
        name: re.findall(r'"([a-z][\w-]*(?:\[plot\])?)', wanted)
        for name, wanted in re.findall(r"^(\w+) = (\[.*?\])$", table, re.M | re.S)
    }
    project["report"] = [*project["plot"], *set(project["report"]) - {"xpnet[plot]"}]
    others = {"cuda12", "cuda13", "rocm7", "test", "bench", "contenders", "docs", "dev"}
    listed = import_module("xpnet.cli.info").EXTRAS
    assert listed.keys() == project.keys() - others
    for name, packages in listed.items():
        assert set(packages) == set(project[name])


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ({"matplotlib": "3.11.2", "resvg-py": "0.5.0"}, "matplotlib 3.11.2, resvg-py 0.5.0"),
        ({"matplotlib": "3.11.2"}, "no resvg-py: pip install 'xpnet[plot]'"),
        ({}, "no matplotlib, resvg-py: pip install 'xpnet[plot]'"),
    ],
)
def test_an_extra_has_its_versions_or_what_installs_it(monkeypatch, capsys, found, line):
    module = import_module("xpnet.cli.info")
    monkeypatch.setattr(module, "installed", lambda packages: found)
    module.info()
    printed = capsys.readouterr().out
    assert f"\n  plot         {line}\n" in printed
    extras = printed.partition("\nextras\n")[2].partition("\nbackends\n")[0]
    assert max(map(len, extras.splitlines())) <= 80


def test_a_backend_that_does_not_run_says_why(xpnet_command):
    state = xpnet.available_backends()["cupy"]
    ran = xpnet_command("info")
    line = next(line for line in ran.out.splitlines() if line.startswith("  cupy"))
    assert (state if state != "ok" else "cuda:0") in line


def test_whether_training_steps_are_captured_is_tried(monkeypatch, capsys):
    def fail(backend, body):
        raise CaptureError("CUDARuntimeError: not while capturing")

    module = import_module("xpnet.cli.info")
    told = {
        lambda backend, body: body: "captures training steps",
        fail: "cannot capture training steps: CUDARuntimeError: not while capturing",
    }
    for capture, words in told.items():
        monkeypatch.setattr(NumpyBackend, "capture", capture)
        module.info()
        assert f"  numpy    cpu; {words}\n" in capsys.readouterr().out


def test_thread_limits_are_shown(xpnet_command):
    assert "OMP_NUM_THREADS=3" in xpnet_command("info", env={"OMP_NUM_THREADS": "3"}).out


def test_lines_are_broken_between_words_where_a_terminal_ends(monkeypatch, capsys):
    module = import_module("xpnet.cli.info")
    shown = {}
    for width in (70, 10_000):
        monkeypatch.setattr(module, "line_width", lambda out, elsewhere, width=width: width)
        module.info()
        shown[width] = capsys.readouterr().out
    assert max(map(len, shown[70].splitlines())) <= 70
    assert len(shown[10_000].splitlines()) < len(shown[70].splitlines())
    assert shown[70].split() == shown[10_000].split()
