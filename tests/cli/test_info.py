import json
import platform

import numpy as np

import xpnet


def test_versions_blas_threads_and_backends_are_named(xpnet_command):
    ran = xpnet_command("info", "--json", "-")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["xpnet"] == xpnet.__version__
    assert document["python"] == platform.python_version()
    assert document["packages"]["numpy"] == np.__version__
    assert document["blas"]
    assert document["cores"] >= 1
    assert document["backends"]["numpy"] == {"state": "ok", "device": "cpu"}


def test_a_backend_that_does_not_run_says_why(xpnet_command):
    state = xpnet.available_backends()["cupy"]
    ran = xpnet_command("info")
    line = next(line for line in ran.out.splitlines() if line.startswith("  cupy"))
    assert (state if state != "ok" else "cuda:0") in line


def test_thread_limits_are_shown(xpnet_command):
    assert "OMP_NUM_THREADS=3" in xpnet_command("info", env={"OMP_NUM_THREADS": "3"}).out
