"""Pages of Markdown: their code is run, their commands are typed, as a reader would."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys

import pytest

import xpnet
from tests.datasets.digits import stroked
from tests.jobs import OPEN_MPI, mpiexec

__all__ = ["ACCURATE", "agree", "blocks", "commands", "draw_digit", "run_page", "type_command"]

ACCURATE = (
    "xpnet train --hidden 512,512 --dropout 0.3 --optimizer adamw --lr 0.002 --schedule cosine "
    "--batch-size 256 --epochs 15"
)
"""The command of which a page says how accurate its network is."""
LONG = {"xpnet bench", ACCURATE}
"""Commands that take minutes, and are not typed."""


def blocks(page):
    """The fenced blocks of a page: pairs of language and text."""
    return re.findall(r"^```(\w+)(?: .*?)?\n(.*?)^```$", page, re.M | re.S)


def run_page(page, namespace, folder):
    """Do what a page says, from its first line to its last, as a reader in one folder would.

    Its code runs in one namespace, where "auto" is NumPy everywhere; commands of xpnet are typed.

    Yields of each block of code and of each command its text, what it printed, and what the page
    shows: of code the block of text that follows at once, or else nothing.
    """
    found = blocks(page)
    for (kind, text), (next_kind, next_text) in zip(found, [*found[1:], ("", "")], strict=True):
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(text.replace('"auto"', '"numpy"'), "a page", "exec"), namespace)
            yield text, printed.getvalue(), next_text if next_kind == "text" else ""
        for command, shown in _typed(text) if kind == "console" else ():
            if command.startswith(("xpnet ", "mpiexec ")) and command not in LONG:
                yield command, type_command(command, folder), shown
    xpnet.set_backend("numpy")


def commands(page):
    """The commands in the console blocks of a page: pairs of a command and what it shows."""
    for kind, text in blocks(page):
        if kind == "console":
            yield from _typed(text)


def _typed(block):
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def draw_digit(path):
    """Write a picture of a 3, as a reader may have drawn it."""
    images = pytest.importorskip("PIL.Image", reason="images need the extra 'images'")
    images.fromarray(stroked(3, slant=0)).save(path)


def type_command(command, folder):
    """What a command of xpnet prints in a folder, on NumPy; also behind ``mpiexec -n 2``."""
    words = shlex.split(command)
    at = words.index("xpnet")
    if words[0] == "mpiexec":
        words[0] = mpiexec()
    done = subprocess.run(
        [*words[:at], sys.executable, "-m", *words[at:]],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **OPEN_MPI, "COLUMNS": "100", "XPNET_BACKEND": "numpy"},
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


def agree(shown, printed):
    """Whether a page shows what was printed; ``...`` in the page stands for what it leaves out."""
    return doctest.OutputChecker().check_output(
        _rounded(shown), _rounded(printed), doctest.ELLIPSIS
    )


def _rounded(text):
    """Losses and accuracies to two digits, percentages to none, and rounding to no number at all.

    The last digits differ between versions of BLAS; so does all of a difference like 3.5e-10.
    """
    text = re.sub(r"\d\.\d+e-(0[7-9]|[1-9]\d)", "rounding", text)
    text = re.sub(r"\d+\.\d+(?= ?%)", lambda number: f"{float(number[0]):.0f}", text)
    return re.sub(r"\d\.\d{3,}", lambda number: f"{float(number[0]):.2f}", text)
