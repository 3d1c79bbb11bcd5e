import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import xpnet
from xpnet import cli


def test_without_arguments_it_shows_its_commands(xpnet_command):
    ran = xpnet_command()
    assert ran.code == 0
    assert ran.err == ""
    for command in (
        *("train", "evaluate", "predict", "playground", "export"),
        *("gradcheck", "parity", "graph", "bench", "info"),
    ):
        assert command in ran.out


def test_version(xpnet_command):
    ran = xpnet_command("--version")
    assert (ran.code, ran.out) == (0, f"{xpnet.__version__}\n")


@pytest.mark.one_backend
@pytest.mark.parametrize(
    "command", ["train", "evaluate", "predict", "gradcheck", "parity", "bench", "info"]
)
def test_help_of_each_command(xpnet_command, command):
    ran = xpnet_command(command, "--help")
    assert ran.code == 0
    assert "--json" in ran.out


@pytest.mark.parametrize(
    ("command", "name"),
    [("gradcheck", "set_backend"), ("graph apple", "set_backend"), ("parity", "load_backend")],
)
def test_ctrl_c_is_one_line(monkeypatch, capsys, command, name):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib.import_module(f"xpnet.cli.{command.split()[0]}"), name, interrupt)
    monkeypatch.setattr(sys, "argv", ["xpnet", *command.split()])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 130
    assert tuple(capsys.readouterr()) == ("", "xpnet: interrupted\n")


@pytest.mark.parametrize("told", ["", "no room for an array"])
def test_memory_that_runs_out_is_one_line_and_code_2(monkeypatch, capsys, told):
    def run_out(*args, **options):
        raise MemoryError(told)

    monkeypatch.setattr(importlib.import_module("xpnet.cli.gradcheck"), "set_backend", run_out)
    monkeypatch.setattr(sys, "argv", ["xpnet", "gradcheck"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    line = f"xpnet: out of memory: {told}" if told else "xpnet: out of memory"
    assert tuple(capsys.readouterr()) == ("", f"{line}\n")


def test_an_unknown_command_is_one_line_and_code_2(xpnet_command):
    ran = xpnet_command("fly")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "'fly'" in ran.err


def test_the_console_command_is_installed():
    command = shutil.which("xpnet", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("xpnet is on the path, but not installed in this environment")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == xpnet.__version__
