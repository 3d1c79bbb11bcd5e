"""What a person sees in a terminal: nothing is cut, lines break between words."""

import contextlib
import os
import pty
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")

COMMANDS = ["train", "gradcheck", "parity", "graph", "bench", "info"]
HELP = [[], ["-h"], ["--help"], *([name, flag] for name in COMMANDS for flag in ("-h", "--help"))]
TRAIN = ["train", "--data", "data", "--batch-size", "10", "--hidden", "5", "--epochs", "2"]
RUNS = [
    TRAIN,
    ["gradcheck", "--data", "data", "--hidden", "5"],
    ["parity", "--backends", "numpy,numpy", "--data", "data", "--batch-size", "10"],
    ["graph", "sigmoid"],
    ["info"],
    ["train", "--optimizer", "newton"],
]


@pytest.fixture
def terminal(tmp_path, small_data):
    """``terminal(["train"], 80)``: the lines on a terminal of so many columns, without colours."""

    def run(arguments, columns):
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns)}
        with subprocess.Popen(
            [sys.executable, "-m", "xpnet", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=tmp_path,
            env={**environment, "XPNET_BACKEND": "numpy"},
        ):
            os.close(theirs)
            parts = []
            with contextlib.suppress(OSError):  # the other end is closed
                while part := os.read(ours, 65536):
                    parts.append(part)
            os.close(ours)
        text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", b"".join(parts).decode())
        return [line.split("\r")[-1] for line in text.replace("\r\n", "\n").split("\n")]

    return run


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_is_wrapped_between_words_and_nothing_is_left_out(terminal, arguments, columns):
    lines = terminal(arguments, columns)
    assert max(map(len, lines)) <= columns
    assert not [line for line in lines if "..." in line.replace("[ARGS]...", "") or "…" in line]
    assert " ".join(lines).split() == " ".join(terminal(arguments, 200)).split()


@pytest.mark.parametrize("arguments", RUNS, ids=lambda run: " ".join(run[:2]))
def test_what_a_command_prints_fits_eighty_columns(terminal, arguments):
    lines = terminal(arguments, 80)
    assert max(map(len, lines)) <= 80


def test_training_is_wrapped_between_words_on_a_narrow_terminal(terminal):
    lines = terminal(TRAIN, 40)
    assert max(map(len, lines)) <= 40
    words = " ".join(lines).split()
    for whole in ("parameters,", "SGD(lr=0.1)", "iteration", "accuracy"):
        assert whole in words
