"""What docker/gpu_acceptance.sh refuses, and what it says then; a stand-in plays nvidia-smi."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docker" / "gpu_acceptance.sh"
pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="the script is bash's")
ENOUGH = 90_000


@pytest.fixture
def refusal(tmp_path):
    """The one line of a run that cannot start, with the GPU that nvidia-smi would tell of."""

    def run(*options, driver="580.65.06", free=ENOUGH, failure=None):
        smi = tmp_path / "nvidia-smi"
        line = failure or f"{driver}, 81559, {free}, Some GPU"
        smi.write_text(f"#!/bin/sh\necho '{line}'\nexit {9 if failure else 0}\n")
        smi.chmod(0o755)
        temporary = tmp_path / "temporary"
        temporary.mkdir(exist_ok=True)
        path = f"{tmp_path}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "TMPDIR": str(temporary)}
        options = ("--base", sys.executable, "--out", str(tmp_path / "out"), *options)
        command = ["bash", str(SCRIPT), *options]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 2
        assert not list(temporary.iterdir()), "a refused start leaves a folder behind"
        assert ran.stderr.count("\n") == 1
        assert ran.stderr.startswith("gpu_acceptance.sh: ")
        return ran.stderr

    return run


@pytest.mark.parametrize("driver", ["525.60.12", "470.256.02", "525.9.99"])
def test_a_driver_too_old_for_cuda_12_is_refused_with_what_is_expected(refusal, driver):
    told = refusal(driver=driver, free=0)  # were it taken, the memory would be refused
    assert f"driver {driver} is too old: expected 525.60.13 or later for CUDA 12, 580.65.06" in told


@pytest.mark.parametrize("driver", ["525.60.13", "580.65.06", "1000.1"])
def test_a_driver_that_is_new_enough_is_taken_and_the_memory_looked_at(refusal, driver):
    assert "5119 MiB of device memory are free, expected 5 GiB" in refusal(
        "--memory", "5", driver=driver, free=5119
    )


@pytest.fixture
def old_python(tmp_path):
    """This Python, which says that it is 3.10."""
    path = tmp_path / "old-python"
    code = "import sys; sys.version_info = (3, 10, 14); exec(sys.argv[2])"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("free", [ENOUGH, "[N/A]"])
def test_a_base_too_old_is_refused_before_anything_is_installed(refusal, old_python, free):
    # [N/A]: what a GPU that shares the host's memory has free is not known
    told = refusal("--base", old_python, free=free)
    assert f"--base {old_python}: expected Python 3.11 or later with its venv" in told


@pytest.mark.skipif(sys.version_info < (3, 11), reason="an older Python is refused as --base")
@pytest.mark.parametrize("option", ["--out", "--work"])
def test_a_folder_that_cannot_be_made_is_refused_and_not_found_out_at_the_end(
    refusal, tmp_path, option
):
    (tmp_path / "file").touch()
    inside = f"{tmp_path}/file/inside"
    assert f"{option} {inside}: cannot be" in refusal(option, inside)


def test_nothing_is_installed_in_place():
    # hatchling wants one more package for that, which is in no list and in no pins
    installs = re.findall(r"pip install (.*)", SCRIPT.read_text())
    assert any(line.startswith("--no-deps --no-build-isolation .") for line in installs)
    assert not any(re.search(r"(^| )(-e|--editable)\b", line) for line in installs)


def test_without_a_gpu_both_remedies_are_told(refusal):
    told = refusal(failure="NVIDIA-SMI has failed")
    assert "NVIDIA-SMI has failed" in told  # which says more than its exit code
    assert "a machine with an NVIDIA GPU" in told
    assert "python tests/cudaemu/setup.py .cudaemu" in told


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--fast"], "unknown option --fast; see --help"),
        (["--steps"], "--steps wants a value"),
        (["--steps", "0"], "--steps 0: expected a whole number of 1 or more"),
        (["--seconds", "0"], "--seconds 0: expected a whole number of 1 or more"),
        (["--seconds", "9.5"], "--seconds 9.5: expected a whole number of 1 or more"),
        (["--stages", "smoke,lint"], "--stages lint: expected some of smoke parity numbers suite"),
        (["--stages", " "], "--stages: expected some of smoke parity numbers suite"),
        (["--wheels", "/no/such/folder"], "--wheels /no/such/folder is not a folder"),
        (["--wheels", "/"], "--wheels goes with --python"),
        (["--memory", "much"], "--memory much: expected a whole number"),
        (["--python", "/no/such/python"], "--python /no/such/python: no such program"),
    ],
)
def test_a_wrong_option_is_named(refusal, options, wanted):
    assert wanted in refusal(*options)


def test_a_work_folder_in_use_is_left_alone(refusal, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "is not an empty folder" in refusal("--work", str(tmp_path / "full"))
