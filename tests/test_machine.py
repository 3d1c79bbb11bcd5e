import json
import os

import pytest
from threadpoolctl import threadpool_info

from xpnet import machine
from xpnet.errors import OptionError
from xpnet.machine import cores, cuda_device, facts, installed, use_threads

AFFINITY = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system does not bind processes to cores"
)


def test_facts_are_json_and_hold_what_decides_a_time():
    told = json.loads(json.dumps(facts()))
    assert told["cores"] >= 1
    assert told["packages"]["numpy"]
    assert told["blas"] == [] or "thread" in told["blas"][0]


def test_facts_list_the_versions_that_were_asked_for():
    assert facts(("numpy", "pytest"))["packages"].keys() == {"numpy", "pytest"}


def test_a_package_that_is_not_installed_has_no_version():
    assert installed(("numpy", "no-such-package")).keys() == {"numpy"}


def test_without_a_device_the_reason_is_given(monkeypatch):
    monkeypatch.setattr(machine, "available_backends", lambda: {"cupy": "cupy is not installed"})
    assert cuda_device().kind == "none"
    assert cuda_device().description == "no CUDA device (cupy is not installed)"


@pytest.mark.emulated
def test_an_emulated_device_is_distinguished_from_a_gpu():
    assert cuda_device().kind == "emulated"
    assert cuda_device().description.startswith("emulated: cuda:0")


@AFFINITY
def test_threads_of_blas_and_cores_are_limited_until_the_block_ends(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    before = os.sched_getaffinity(0)
    with use_threads(1):
        assert cores() == 1
        assert {pool["num_threads"] for pool in threadpool_info()} <= {1}
        assert os.environ["OMP_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "2"
    assert os.sched_getaffinity(0) == before


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_more_threads_than_cores_are_refused(count):
    with (
        pytest.raises(OptionError, match=f"threads={count}: expected a number from 1 to"),
        use_threads(count),
    ):
        pass
