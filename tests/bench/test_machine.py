import json
import os

import pytest
from threadpoolctl import threadpool_info

from xpnet.bench.machine import cores, installed, machine, pinned, slug
from xpnet.errors import OptionError

AFFINITY = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system does not pin processes to cores"
)


def test_the_machine_is_told_in_json_with_what_decides_times():
    told = json.loads(json.dumps(machine()))
    assert told["cores"] >= 1
    assert told["packages"]["numpy"]
    assert told["blas"] == [] or "thread" in told["blas"][0]


def test_what_is_not_installed_has_no_version():
    assert installed(("numpy", "no-such-package")).keys() == {"numpy"}


@AFFINITY
def test_pinned_threads_are_those_of_blas_and_of_the_cores_until_the_end(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    before = os.sched_getaffinity(0)
    with pinned(1):
        assert cores() == 1
        assert {pool["num_threads"] for pool in threadpool_info()} <= {1}
        assert os.environ["OMP_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "2"
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize("threads", [0, -1, 10_000])
def test_threads_that_the_machine_has_not_are_refused(threads):
    with (
        pytest.raises(OptionError, match=f"threads={threads}: this process may use"),
        pinned(threads),
    ):
        pass


def test_a_slug_is_fit_for_a_file_name():
    assert slug("AMD EPYC 7B13, 2 cores") == "amd-epyc-7b13-2-cores"
