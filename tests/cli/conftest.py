"""The command as a user runs it, in a process of its own, and small data for it."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture
def xpnet_command(tmp_path, backend):
    """``xpnet_command("train", "--seed", 1)`` gives code, out and err on the backend under test."""

    def run(*arguments, env=None):
        # not the folder of the sources, so that the installed command is what runs
        done = subprocess.run(
            [sys.executable, "-m", "xpnet", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "XPNET_BACKEND": backend.name, **(env or {})},
            timeout=120,
        )
        return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)

    return run


@pytest.fixture
def small_data(tmp_path):
    """A folder of IDX files: 60 and 20 images of 4 x 4 pixels, bright on the label's side."""
    folder = tmp_path / "data"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, rows in (("train", 60), ("t10k", 20)):
        labels = rng.integers(0, 2, rows).astype("uint8")
        images = rng.integers(0, 60, (rows, 4, 4)).astype("uint8")
        for image, label in zip(images, labels, strict=True):
            image[:, 2 * label : 2 * label + 2] += 150
        header = struct.pack(">HBBIII", 0, 8, 3, rows, 4, 4)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        header = struct.pack(">HBBI", 0, 8, 1, rows)
        packed = gzip.compress(header + labels.tobytes())
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(packed)
    return folder
