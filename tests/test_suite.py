"""The suite says on what it runs, and refuses to run on a backend that is not there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def suite():
    """Collects one file of tests in a new process, with options."""

    def run(*options, **variables):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only"]
        return subprocess.run(
            [*command, *options, "tests/test_errors.py"],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=ROOT,
            env={**os.environ, **variables},
        )

    return run


def test_the_header_names_the_backend_its_version_and_its_device(suite, backend):
    done = suite("--backend", backend.name)
    line = next(line for line in done.stdout.splitlines() if line.startswith("backend: "))
    assert line.startswith(f"backend: {backend.name} {backend.xp.__version__}")
    assert backend.name == "numpy" or str(backend.device) in line


def test_cupy_without_any_device_is_a_usage_error_with_both_remedies(suite, tmp_path):
    (tmp_path / "cupy.py").write_text("raise ImportError('as on a machine without CUDA')")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = suite("--backend", "cupy", PYTHONPATH=path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--backend cupy: cupy is installed, but cannot be imported" in done.stderr
    assert "pip install 'xpnet[cuda12]'" in done.stderr
    assert "python tests/cudaemu/setup.py .cudaemu\n" in done.stderr
    assert ".cudaemu/bin/pytest --backend cupy" in done.stderr


def test_quick_leaves_out_what_is_slow(suite):
    def files(*options):
        lines = suite("-q", *options, "tests/networks").stdout.splitlines()
        return {line.partition("::")[0] for line in lines if "::" in line}

    assert files() - files("--quick") == {"tests/networks/test_deep.py"}


def test_no_id_holds_an_address_which_every_process_has_another(request):
    # pytest-xdist refuses workers that collect different ids
    items = request.session.items
    assert not [item.nodeid for item in items if re.search(r" at 0x[0-9a-f]{6,}", item.nodeid)]
