"""The emulated NCCL with a thread for each rank: waiting, aborting, splitting."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

FLOAT32, SUM = 7, 0


@pytest.fixture
def in_threads(cp, cudaemu, nccl):
    """What `body(rank, comm)` returns on each of four ranks."""
    ranks = range(4)

    def in_threads(body):
        unique = nccl.get_unique_id()

        def run(rank):
            cp.cuda.Device(rank).use()
            return body(rank, nccl.NcclCommunicator(len(ranks), unique, rank))

        with cudaemu.settings(devices=len(ranks)), ThreadPoolExecutor(len(ranks)) as threads:
            return list(threads.map(run, ranks))

    return in_threads


def total_of_ranks(cp, rank, comm):
    x = cp.full(1, rank, np.float32)
    comm.allReduce(x.data.ptr, x.data.ptr, 1, FLOAT32, SUM, 0)
    return int(x.get()[0])


def test_threads_wait_for_each_other(cp, in_threads):
    assert in_threads(lambda rank, comm: total_of_ranks(cp, rank, comm)) == [6] * 4


def test_the_ranks_of_a_color_become_a_communicator_in_the_order_of_their_keys(cp, in_threads):
    def body(rank, comm):
        part = comm.commSplit(rank % 2, -rank)
        return part.rank_id(), part.size(), part.device_id(), total_of_ranks(cp, rank, part)

    expected = [(1, 2, 0, 2), (1, 2, 1, 4), (0, 2, 2, 2), (0, 2, 3, 4)]
    assert in_threads(body) == expected


def test_equal_keys_keep_the_order_and_no_color_means_no_communicator(cp, in_threads):
    def body(rank, comm):
        part = comm.commSplit(-1 if rank == 1 else 5, 0)
        return part and part.rank_id()

    assert in_threads(body) == [0, None, 1, 2]


def test_an_abort_ends_a_call_that_waits(cp, cudaemu, in_threads, nccl):
    ended = threading.Event()
    calls = cudaemu.counters()["nccl_calls"]

    def abort_when_it_waits(comm):
        while cudaemu.counters()["nccl_calls"] == calls:
            pass
        comm.abort()

    def body(rank, comm):
        if rank:
            ended.wait()  # is there, and does not call
            return
        threading.Thread(target=abort_when_it_waits, args=[comm]).start()
        try:
            with pytest.raises(nccl.NcclError, match="NCCL_ERROR_INTERNAL_ERROR:"):
                total_of_ranks(cp, rank, comm)
        finally:
            ended.set()

    in_threads(body)


def test_an_abort_on_one_rank_ends_the_calls_of_the_others(cp, in_threads, nccl):
    def body(rank, comm):
        if rank == 3:
            comm.abort()
            return None
        with pytest.raises(nccl.NcclError, match="NCCL_ERROR_REMOTE_ERROR:"):
            total_of_ranks(cp, rank, comm)
        return "ended"

    assert in_threads(body) == ["ended"] * 3 + [None]


def test_two_threads_do_not_use_a_communicator_at_once(cp, cudaemu, nccl, capfd):
    x = cp.zeros(1, np.float32)
    with cudaemu.settings(devices=2):
        comm, other = nccl.NcclCommunicator.initAll(2)
    errors = []

    def broadcast():
        try:
            comm.bcast(x.data.ptr, 1, FLOAT32, 1, 0)
        except nccl.NcclError as error:
            errors.append(str(error).split(":")[0])

    threads = [threading.Thread(target=broadcast) for _ in range(2)]
    for thread in threads:
        thread.start()
    while not errors and any(thread.is_alive() for thread in threads):
        threads[0].join(0.01)
    assert errors == ["NCCL_ERROR_INVALID_USAGE"]
    other.abort()
    for thread in threads:
        thread.join()
    assert sorted(errors) == ["NCCL_ERROR_INVALID_USAGE", "NCCL_ERROR_REMOTE_ERROR"]
    assert "another thread uses the communicator" in capfd.readouterr().err
