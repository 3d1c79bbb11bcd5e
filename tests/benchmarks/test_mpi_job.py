"""Jobs of several ranks: why there are none, what they are started with, and what they print."""

from __future__ import annotations

import subprocess
import sys

import mpi_job
import pytest
from mpi_job import obstacle, printed


@pytest.fixture
def installed(monkeypatch):
    """All that a job needs, on a machine of two cores."""
    monkeypatch.setattr(mpi_job, "find_spec", lambda name: name)
    monkeypatch.setattr(mpi_job.shutil, "which", lambda name, path=None: f"/bin/{name}")
    monkeypatch.setattr(mpi_job, "cores", lambda: 2)


def test_nothing_stands_against_as_many_ranks_as_cores(installed):
    assert obstacle(2) == ""


def test_more_ranks_than_cores_are_not_measured(installed):
    assert obstacle(3) == "3 ranks want a core each, and this process may use 2"


def test_without_mpi4py_or_mpiexec_it_says_what_to_install(installed, monkeypatch):
    monkeypatch.setattr(mpi_job.shutil, "which", lambda name, path=None: None)
    assert obstacle(2).endswith("pip install mpich")
    monkeypatch.setattr(mpi_job, "find_spec", lambda name: None)
    assert obstacle(2).endswith("pip install 'xpnet[mpi]'")


class TestAProcessInPlaceOfMpiexec:
    """Which starts one process of the script, and no other."""

    @pytest.fixture(autouse=True)
    def _mpiexec(self, monkeypatch, tmp_path):
        starter = tmp_path / "mpiexec"
        starter.write_text('#!/bin/sh\nprintf "%s " "$1" "$2"\nshift 2\nexec "$@"\n')
        starter.chmod(0o755)
        monkeypatch.setattr(mpi_job, "_mpiexec", lambda: starter)

    def script(self, folder, code):
        path = folder / "script.py"
        path.write_text(code)
        return path

    def test_a_script_gets_its_arguments_and_one_thread(self, tmp_path, monkeypatch):
        monkeypatch.setenv("OMP_NUM_THREADS", "2")
        code = "import os, sys; print(sys.argv[1:], os.environ['OMP_NUM_THREADS'])"
        assert printed(2, self.script(tmp_path, code), ["a", "b"]) == "-n 2 ['a', 'b'] 1\n"

    def test_ranks_are_on_numpy_whatever_is_set(self, tmp_path, monkeypatch):
        monkeypatch.setenv("XPNET_BACKEND", "cupy")
        code = "import os; print(os.environ['XPNET_BACKEND'])"
        assert printed(2, self.script(tmp_path, code), []) == "-n 2 numpy\n"

    def test_a_job_that_fails_is_an_error(self, tmp_path):
        with pytest.raises(subprocess.CalledProcessError):
            printed(2, self.script(tmp_path, "raise SystemExit(3)"), [])

    def test_a_job_that_hangs_is_ended(self, tmp_path, monkeypatch):
        monkeypatch.setattr(mpi_job, "SECONDS", 0.5)
        with pytest.raises(subprocess.TimeoutExpired):
            printed(2, self.script(tmp_path, "import time; time.sleep(60)"), [])


def test_mpiexec_beside_python_is_taken_first(monkeypatch, tmp_path):
    starter = tmp_path / "mpiexec"
    starter.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert mpi_job._mpiexec() == str(starter)
