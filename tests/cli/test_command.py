import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import xpnet


def test_without_arguments_it_shows_its_commands(xpnet_command):
    ran = xpnet_command()
    assert ran.code == 0
    assert ran.err == ""
    for command in ("train", "gradcheck", "parity", "bench", "info"):
        assert command in ran.out


def test_version(xpnet_command):
    ran = xpnet_command("--version")
    assert (ran.code, ran.out) == (0, f"{xpnet.__version__}\n")


@pytest.mark.parametrize("command", ["train", "gradcheck", "parity", "bench", "info"])
def test_help_of_each_command(xpnet_command, command):
    ran = xpnet_command(command, "--help")
    assert ran.code == 0
    assert "--json" in ran.out


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
