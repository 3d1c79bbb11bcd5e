"""The emulated NCCL between processes, each with a device, and what becomes of one that dies."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

FLOAT32, SUM = 7, 0


class Result(NamedTuple):
    code: int
    value: object  # what the function returned
    said: str


@pytest.fixture
def run_ranks(nccl):
    """Call a function of this file in several processes at once: `run_ranks(f, 2)`."""

    def run_ranks(function, n, environments=None, unique=None):
        unique = unique or nccl.get_unique_id()
        started = [
            subprocess.Popen(
                [
                    *(sys.executable, Path(__file__).parent / "ranks" / "nccl_rank.py", __file__),
                    *(function.__name__, str(n), str(rank), unique.hex()),
                ],
                env={**os.environ, "CUDAEMU_DEVICES": "3", **(environments or {}).get(rank, {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for rank in range(n)
        ]
        results = []
        for process in started:
            out, said = process.communicate()
            print(said, file=sys.stderr)  # where a test fails, pytest shows it
            value = json.loads(out) if process.returncode == 0 else None
            results.append(Result(process.returncode, value, said))
        return results

    return run_ranks


def values_of(rank):
    return np.random.default_rng(rank).standard_normal(1000).astype(np.float32)


def reduce_directly_and_by_a_graph(rank):
    import cupy as cp

    comm = rank.join()
    x, y = cp.asarray(values_of(rank.number)), cp.empty(1000, np.float32)
    stream = cp.cuda.Stream(non_blocking=True)

    def all_reduce():
        comm.allReduce(x.data.ptr, y.data.ptr, 1000, FLOAT32, SUM, stream.ptr)

    found = []
    all_reduce()
    found.append(y.get().tobytes().hex())
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


def reduce_until_a_rank_is_killed(rank):
    import cupy as cp
    from cupy.cuda import nccl

    comm = rank.join()
    x = cp.zeros(3, np.float32)
    errors = []
    for step in range(2):
        if (rank.number, step) == (1, 1):
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            comm.allReduce(x.data.ptr, x.data.ptr, 3, FLOAT32, SUM, 0)
        except nccl.NcclError as error:
            errors.append(str(error).split(":")[0])
    try:
        comm.check_async_error()
    except nccl.NcclError as error:
        errors.append(str(error).split(":")[0])
    comm.abort()
    return errors


def shared_memory():
    return sorted(Path("/dev/shm").iterdir())


def test_the_death_of_a_rank_ends_the_calls_of_the_others_and_leaves_nothing(run_ranks):
    before = shared_memory()
    results = run_ranks(reduce_until_a_rank_is_killed, 3)
    assert [result.code for result in results] == [0, -signal.SIGKILL, 0]
    for result in (results[0], results[2]):
        assert result.value == ["NCCL_ERROR_REMOTE_ERROR"] * 2
        assert "ncclAllReduce: rank 1 (process" in result.said
        assert "has died" in result.said
    assert shared_memory() == before


def watch_beside_a_call(rank):
    import cupy as cp
    from cupy.cuda import nccl

    comm = rank.join()
    if rank.number:
        os.kill(os.getpid(), signal.SIGKILL)
    seen = []

    def watch():
        while not seen:
            try:
                comm.check_async_error()
            except nccl.NcclError as error:
                seen.append(str(error).split(":")[0])
        comm.abort()

    x = cp.zeros(3, np.float32)
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        comm.allReduce(x.data.ptr, x.data.ptr, 3, FLOAT32, SUM, 0)
    except nccl.NcclError as error:
        watcher.join()
        return [*seen, str(error).split(":")[0]]


def test_where_calls_wait_as_on_a_gpu_a_watcher_sees_the_death_and_aborts(run_ranks):
    results = run_ranks(watch_beside_a_call, 2, {0: {"CUDAEMU_NCCL_WAIT": "1"}})
    assert results[0].value == ["NCCL_ERROR_REMOTE_ERROR", "NCCL_ERROR_INTERNAL_ERROR"]


def join_or_be_refused(rank):
    import cupy as cp
    from cupy.cuda import nccl

    device = int(os.environ.get("DEVICE", "0"))
    try:
        comm = rank.join(device)
    except nccl.NcclError as error:
        return str(error).split(":")[0]
    x = cp.ones(1, np.float32)
    comm.allReduce(x.data.ptr, x.data.ptr, 1, FLOAT32, SUM, 0)
    return [comm.device_id(), float(x.get()[0])]


def test_two_processes_on_one_device_are_refused(run_ranks):
    results = run_ranks(join_or_be_refused, 2)
    assert [result.value for result in results] == ["NCCL_ERROR_INVALID_USAGE"] * 2
    assert all("Duplicate GPU detected" in result.said for result in results)


def test_processes_that_see_one_device_each_are_told_apart(run_ranks):
    visible = {rank: {"CUDA_VISIBLE_DEVICES": str(rank)} for rank in range(2)}
    results = run_ranks(join_or_be_refused, 2, visible)
    assert [result.value for result in results] == [[0, 2.0]] * 2


def join_without_the_last_rank(rank):
    from cupy.cuda import nccl

    if rank.number == rank.of - 1:
        return "not even tried"
    try:
        rank.join()
    except nccl.NcclError as error:
        return str(error).split(":")[0]
    return "joined"


def test_a_rank_that_does_not_come_is_waited_for_as_long_as_asked(run_ranks):
    patience = {rank: {"CUDAEMU_NCCL_TIMEOUT": "1"} for rank in range(2)}
    results = run_ranks(join_without_the_last_rank, 2, patience)
    assert [result.value for result in results] == ["NCCL_ERROR_SYSTEM_ERROR", "not even tried"]
    assert "after 1 s (CUDAEMU_NCCL_TIMEOUT) without rank 1" in results[0].said


def join_as_one_of_a_different_number(rank):
    from cupy.cuda import nccl

    try:
        rank._replace(of=rank.of + rank.number).join()
    except nccl.NcclError as error:
        return str(error).split(":")[0]
    return "joined"


def test_ranks_that_count_differently_are_refused(run_ranks):
    results = run_ranks(join_as_one_of_a_different_number, 2)
    values = sorted(result.value for result in results)
    assert values == ["NCCL_ERROR_INVALID_ARGUMENT", "NCCL_ERROR_REMOTE_ERROR"]


def make_an_id(rank):
    from cupy.cuda import nccl

    return nccl.get_unique_id().hex()


def test_an_id_dies_with_the_process_that_made_it(run_ranks, nccl, nccl_refuses, capfd):
    unique = bytes.fromhex(run_ranks(make_an_id, 1)[0].value)
    with nccl_refuses("INVALID_ARGUMENT"):
        nccl.NcclCommunicator(1, unique, 0)
    assert "the id leads nowhere" in capfd.readouterr().err
