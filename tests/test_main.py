"""The command from its first moment to its last: Ctrl-C is one line and exit code 130."""

import os
import signal
import subprocess
import sys

import pytest

STRIKE = """
import importlib.abc, os, signal, sys

class Strike(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
        return None

sys.meta_path.insert(0, Strike())
sys.argv = ["xpnet", "info"]
from xpnet.__main__ import main
main()
"""
"""Runs the command, and strikes Ctrl-C as it begins to import a module."""


def run(code):
    # what a shell starts in the background ignores Ctrl-C, and so would its children
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
        )
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT that a process sends to itself")
@pytest.mark.parametrize(
    "name",
    ["xpnet.cli", "numpy", "numpy._core.multiarray", "numpy.linalg", "typer", "xpnet.cli.train"],
)
def test_ctrl_c_during_imports_is_one_line(name):
    done = run(STRIKE.format(name=name))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "xpnet: interrupted\n")


def test_nothing_slow_is_imported_before_ctrl_c_is_handled():
    code = "import sys, xpnet.__main__; print({'numpy', 'typer', 'rich'} & set(sys.modules))"
    assert run(code).stdout == "set()\n"


def test_a_ctrl_c_that_was_ignored_stays_ignored():
    code = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "sys.argv = ['xpnet', '--version']\n"
        "from xpnet.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)\n"
    )
    assert run(code).stdout.endswith("True\n")


def test_a_ctrl_c_between_the_command_and_its_end_is_one_line():
    code = (
        "import sys, xpnet.cli; sys.argv = ['xpnet', 'info']\n"
        "def strike(): raise KeyboardInterrupt\n"
        "xpnet.cli.main = strike\n"
        "from xpnet.__main__ import main; main()"
    )
    done = run(code)
    assert (done.returncode, done.stderr) == (130, "xpnet: interrupted\n")
