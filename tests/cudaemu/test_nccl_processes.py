"""The emulated NCCL between processes, each with a device, and what becomes of one that dies.

A test runs a function of this file on every rank: `ranks/nccl_rank.py` calls it with what a rank
needs.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

RANK = Path(__file__).parent / "ranks" / "nccl_rank.py"


class Result(NamedTuple):
    code: int
    value: object  # what the function returned
    said: str


@pytest.fixture
def run_ranks(nccl):
    """Call a function of this file in several processes at once: `run_ranks(f, 2)`."""

    def run_ranks(function, n, environ=None, **environ_of_rank):
        common = [sys.executable, RANK, __file__, function.__name__, str(n)]
        unique = nccl.get_unique_id().hex()
        started = [
            subprocess.Popen(
                [*common, str(rank), unique],
                env={
                    **os.environ,
                    "CUDAEMU_DEVICES": "3",
                    **(environ or {}),
                    **{name: values[rank] for name, values in environ_of_rank.items()},
                },
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(n)
        ]
        results = []
        for process in started:
            out, said = process.communicate()
            print(said, file=sys.stderr)  # pytest shows it where a test fails
            value = json.loads(out) if process.returncode == 0 else None
            results.append(Result(process.returncode, value, said))
        return results

    return run_ranks


def values_of(rank):
    return np.random.default_rng(rank).standard_normal(1000).astype(np.float32)


def reduce_directly_and_by_a_graph(rank):
    cp, nccl = import_module("cupy"), import_module("cupy.cuda.nccl")
    comm = rank.join()
    x, y = cp.asarray(values_of(rank.number)), cp.empty(1000, np.float32)
    stream = cp.cuda.Stream(non_blocking=True)

    def all_reduce():
        kind = nccl.NCCL_FLOAT32, nccl.NCCL_SUM
        comm.allReduce(x.data.ptr, y.data.ptr, 1000, *kind, stream.ptr)

    all_reduce()
    found = [y.get().tobytes().hex()]
    stream.begin_capture()
    all_reduce()
    graph = stream.end_capture()
    for _ in range(2):
        y.fill(0)
        graph.launch(stream)
        found.append(y.get().tobytes().hex())
    comm.check_async_error()
    return found


def test_processes_get_the_same_bits_directly_and_by_each_launch_of_a_graph(run_ranks):
    expected = (values_of(0) + values_of(1) + values_of(2)).tobytes().hex()
    found = run_ranks(reduce_directly_and_by_a_graph, 3)
    assert [result.value for result in found] == [[expected] * 3] * 3


def name_the_shared_memory(rank):
    comm = rank.join()
    rank.total(comm)
    shared = [line for line in Path("/proc/self/maps").read_text().splitlines() if "rw-s" in line]
    return [line.split(maxsplit=5)[5] for line in shared]


def test_the_shared_memory_has_no_name_that_a_killed_process_could_leave(run_ranks):
    results = run_ranks(name_the_shared_memory, 2)
    assert [result.value for result in results] == [["/memfd:cudaemu-nccl (deleted)"]] * 2


def reduce_until_a_rank_is_killed(rank):
    comm = rank.join()
    rank.total(comm)
    if rank.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return [rank.refusal(rank.total, comm), rank.refusal(comm.check_async_error)]


def test_the_death_of_a_rank_ends_the_calls_of_the_others(run_ranks):
    results = run_ranks(reduce_until_a_rank_is_killed, 3)
    assert [result.code for result in results] == [0, -signal.SIGKILL, 0]
    for result in (results[0], results[2]):
        assert result.value == ["REMOTE_ERROR", "REMOTE_ERROR"]
        assert "ncclAllReduce: rank 1 (process" in result.said
        assert "has died" in result.said


def watch_beside_a_call(rank):
    comm = rank.join()
    if rank.number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    seen = ["none"]
    counters = import_module("cudaemu").counters

    def watch():
        while counters()["nccl_calls"] == 0:
            pass
        while seen == ["none"]:
            seen[0] = rank.refusal(comm.check_async_error)
        comm.abort()

    watcher = threading.Thread(target=watch)
    watcher.start()
    refusal = rank.refusal(rank.total, comm)
    watcher.join()
    return [*seen, refusal]


def test_where_calls_wait_as_on_a_gpu_a_watcher_sees_the_death_and_aborts(run_ranks):
    results = run_ranks(watch_beside_a_call, 2, {"CUDAEMU_NCCL_WAIT": "1"})
    assert results[0].value == ["REMOTE_ERROR", "INTERNAL_ERROR"]


def join_on_the_first_device(rank):
    return rank.refusal(rank.join, 0)


def test_two_processes_on_one_device_are_refused(run_ranks):
    results = run_ranks(join_on_the_first_device, 2)
    assert [result.value for result in results] == ["INVALID_USAGE"] * 2
    assert all("Duplicate GPU detected" in result.said for result in results)


def test_processes_that_see_one_device_each_are_told_apart(run_ranks):
    results = run_ranks(join_on_the_first_device, 2, CUDA_VISIBLE_DEVICES="01")
    assert [result.value for result in results] == ["none"] * 2


def join_but_for_the_last(rank):
    return rank.number == rank.of - 1 or rank.refusal(rank.join)


def test_a_rank_that_does_not_come_is_waited_for_as_long_as_asked(run_ranks):
    results = run_ranks(join_but_for_the_last, 2, {"CUDAEMU_NCCL_TIMEOUT": "1"})
    assert results[0].value == "SYSTEM_ERROR"
    assert "after 1 s (CUDAEMU_NCCL_TIMEOUT) without rank 1" in results[0].said


def call_but_for_the_last(rank):
    comm = rank.join()
    if rank.number < rank.of - 1:
        return rank.refusal(rank.total, comm)
    refusal = "none"
    while refusal == "none":
        time.sleep(0.01)
        refusal = rank.refusal(comm.check_async_error)
    return refusal


def test_a_rank_that_does_not_call_is_waited_for_as_long_as_asked(run_ranks):
    results = run_ranks(call_but_for_the_last, 2, {"CUDAEMU_NCCL_TIMEOUT": "1"})
    assert [result.value for result in results] == ["REMOTE_ERROR"] * 2
    assert "ncclAllReduce: after 1 s (CUDAEMU_NCCL_TIMEOUT) without rank 1" in results[0].said


def join_as_one_of_more(rank):
    return rank.refusal(rank._replace(of=rank.of + rank.number).join)


def test_ranks_that_count_differently_are_refused(run_ranks):
    results = run_ranks(join_as_one_of_more, 2)
    values = sorted(result.value for result in results)
    assert values == ["INVALID_ARGUMENT", "REMOTE_ERROR"]


def make_an_id(rank):
    return import_module("cupy.cuda.nccl").get_unique_id().hex()


def test_an_id_dies_with_the_process_that_made_it(run_ranks, nccl, nccl_refuses, capfd):
    unique = bytes.fromhex(run_ranks(make_an_id, 1)[0].value)
    with nccl_refuses("INVALID_ARGUMENT"):
        nccl.NcclCommunicator(1, unique, 0)
    assert "the id leads nowhere" in capfd.readouterr().err
