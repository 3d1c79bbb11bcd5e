"""What docker/gpu_acceptance.sh refuses, and what it says then; a stand-in plays nvidia-smi."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "docker" / "gpu_acceptance.sh"
pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="the script is bash's")
ENOUGH = 90_000


@pytest.fixture
def refusal(tmp_path):
    """The one line of a run that cannot start, with the GPU that nvidia-smi would tell of."""

    def run(*options, driver="580.65.06", free=ENOUGH, code=0):
        smi = tmp_path / "nvidia-smi"
        smi.write_text(f"#!/bin/sh\necho '{driver}, 81559, {free}, Some GPU'\nexit {code}\n")
        smi.chmod(0o755)
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        command = ["bash", str(SCRIPT), "--work", str(tmp_path / "work"), *options]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 2
        assert ran.stderr.count("\n") == 1
        assert ran.stderr.startswith("gpu_acceptance.sh: ")
        return ran.stderr

    return run


@pytest.mark.parametrize("driver", ["525.60.12", "470.256.02", "525.9.99"])
def test_a_driver_too_old_for_cuda_12_is_refused_with_what_is_wanted(refusal, driver):
    told = refusal(driver=driver, free=0)  # were it taken, the memory would be refused
    assert f"driver {driver} is too old: wanted 525.60.13 for CUDA 12 or 580.65.06" in told


@pytest.mark.parametrize("driver", ["525.60.13", "580.65.06", "1000.1"])
def test_a_driver_that_is_new_enough_is_taken_and_the_memory_looked_at(refusal, driver):
    assert "5119 MiB of device memory are free, wanted 5 GiB" in refusal(
        "--memory", "5", driver=driver, free=5119
    )


def test_without_a_gpu_both_remedies_are_told(refusal):
    told = refusal(code=9)
    assert "a machine with an NVIDIA GPU" in told
    assert "python tests/cudaemu/setup.py .cudaemu" in told


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--fast"], "unknown option --fast; see --help"),
        (["--steps"], "--steps wants a value"),
        (["--steps", "0"], "--steps 0: wanted a whole number from 1 on"),
        (["--memory", "much"], "--memory much: wanted a whole number"),
        (["--python", "/no/such/python"], "--python /no/such/python: no such program"),
    ],
)
def test_a_wrong_option_is_named(refusal, options, wanted):
    assert wanted in refusal(*options)


def test_a_work_folder_in_use_is_left_alone(refusal, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "is not empty" in refusal("--work", str(tmp_path / "full"))
