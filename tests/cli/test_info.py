import json
import platform
from importlib import import_module

import numpy as np

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
