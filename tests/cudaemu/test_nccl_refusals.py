"""What the emulated NCCL refuses: a GPU would wait for ever, or give wrong numbers."""

import numpy as np
import pytest

pytestmark = [pytest.mark.emulated, pytest.mark.devices(2)]

FLOAT32, FLOAT64 = 7, 8
SUM, MAX = 0, 2


@pytest.fixture
def comms(cudaemu, nccl):
    """The communicators of two ranks, on devices of these numbers."""
    with cudaemu.settings(devices=2):
        return nccl.NcclCommunicator.initAll(2)


@pytest.fixture
def zeros(cp):
    """Room for eight numbers on a device."""

    def zeros(device):
        with cp.cuda.Device(device):
            return cp.zeros(8, np.float32)

    return zeros


DIFFERENT = {
    "counts": lambda comm, rank, p: comm.allReduce(p, p, 4 - rank, FLOAT32, SUM, 0),
    "types": lambda comm, rank, p: comm.allReduce(p, p, 4, (FLOAT32, FLOAT64)[rank], SUM, 0),
    "reductions": lambda comm, rank, p: comm.allReduce(p, p, 4, FLOAT32, (SUM, MAX)[rank], 0),
    "roots": lambda comm, rank, p: comm.bcast(p, 4, FLOAT32, rank, 0),
    "calls": lambda comm, rank, p: (
        comm.bcast(p, 4, FLOAT32, 0, 0) if rank else comm.allReduce(p, p, 4, FLOAT32, SUM, 0)
    ),
    "lengths": lambda comm, rank, p: (
        comm.send(p, 4, FLOAT32, 0, 0) if rank else comm.recv(p, 3, FLOAT32, 1, 0)
    ),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_ranks_that_do_not_do_the_same_are_told(comms, zeros, nccl, nccl_refuses, what, capfd):
    x = zeros(0), zeros(1)
    nccl.groupStart()
    for rank, comm in enumerate(comms):
        DIFFERENT[what](comm, rank, x[rank].data.ptr)
    with nccl_refuses("INVALID_USAGE"):
        nccl.groupEnd()
    assert "of 4 float32" in capfd.readouterr().err


def test_a_communicator_whose_ranks_differed_is_of_no_use(comms, zeros, nccl, nccl_refuses):
    x = zeros(0), zeros(1)
    nccl.groupStart()
    for rank, comm in enumerate(comms):
        DIFFERENT["counts"](comm, rank, x[rank].data.ptr)
    with nccl_refuses("INVALID_USAGE"):
        nccl.groupEnd()
    with nccl_refuses("INVALID_USAGE"):
        comms[0].check_async_error()
    with nccl_refuses("INVALID_USAGE"):
        comms[0].bcast(x[0].data.ptr, 1, FLOAT32, 0, 0)


WRONG = {
    "a type that there is not": lambda comm, p: comm.bcast(p, 1, 10, 0, 0),
    "a reduction that there is not": lambda comm, p: comm.allReduce(p, p, 1, FLOAT32, 5, 0),
    "a root that there is not": lambda comm, p: comm.bcast(p, 1, FLOAT32, 2, 0),
    "a peer that there is not": lambda comm, p: comm.send(p, 1, FLOAT32, -1, 0),
    "memory of the host": lambda comm, p: comm.bcast(np.zeros(1).ctypes.data, 1, FLOAT32, 0, 0),
    "no memory": lambda comm, p: comm.bcast(0, 1, FLOAT32, 0, 0),
    "less memory than the count": lambda comm, p: comm.bcast(p, 9, FLOAT32, 0, 0),
    "less memory than all ranks gather": lambda comm, p: comm.allGather(p, p, 5, FLOAT32, 0),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_argument_is_refused_at_the_call(comms, zeros, nccl_refuses, what):
    x = zeros(0)
    with nccl_refuses("INVALID_ARGUMENT"):
        WRONG[what](comms[0], x.data.ptr)
    comms[0].check_async_error()


def test_a_group_with_a_wrong_call_does_nothing(comms, zeros, nccl, nccl_refuses):
    x = zeros(0)
    nccl.groupStart()
    with nccl_refuses("INVALID_ARGUMENT"):
        comms[0].bcast(0, 1, FLOAT32, 0, 0)
    comms[0].bcast(x.data.ptr, 1, FLOAT32, 0, 0)
    with nccl_refuses("INVALID_ARGUMENT"):
        nccl.groupEnd()


def test_memory_and_streams_are_of_the_communicators_device(cp, comms, zeros, nccl_refuses, capfd):
    x = zeros(1)
    with nccl_refuses("INVALID_ARGUMENT"):
        comms[0].bcast(x.data.ptr, 1, FLOAT32, 0, 0)
    assert "no" not in capfd.readouterr().out
    stream = cp.cuda.Stream(non_blocking=True)
    with nccl_refuses("INVALID_ARGUMENT"):
        comms[1].bcast(x.data.ptr, 1, FLOAT32, 0, stream.ptr)
    assert "the stream is of another device" in capfd.readouterr().err


def test_a_dead_stream_is_an_error_of_cuda(comms, zeros, nccl_refuses):
    x = zeros(0)
    with nccl_refuses("UNHANDLED_CUDA_ERROR"):
        comms[0].bcast(x.data.ptr, 1, FLOAT32, 0, 8)


def test_a_device_has_one_rank(comms, nccl, nccl_refuses, capfd):
    with nccl_refuses("INVALID_USAGE"):
        nccl.NcclCommunicator.initAll([1, 1])
    said = capfd.readouterr().err
    assert "Duplicate GPU detected : rank 0 and rank 1 both on CUDA device 1" in said


def test_a_device_that_is_not_there_is_refused(comms, nccl, nccl_refuses):
    with nccl_refuses("INVALID_ARGUMENT"):
        nccl.NcclCommunicator.initAll([0, 2])


@pytest.mark.parametrize(("rank", "of"), [(-1, 2), (2, 2), (0, 0)])
def test_a_rank_that_there_is_not_is_refused(cp, nccl, nccl_refuses, rank, of):
    with nccl_refuses("INVALID_ARGUMENT"):
        nccl.NcclCommunicator(of, nccl.get_unique_id(), rank)


def test_an_id_is_good_for_one_communicator(cp, nccl, nccl_refuses, capfd):
    unique = nccl.get_unique_id()
    assert nccl.NcclCommunicator(1, unique, 0).size() == 1
    with nccl_refuses("INVALID_ARGUMENT"):
        nccl.NcclCommunicator(1, unique, 0)
    assert "good for one communicator" in capfd.readouterr().err


def test_an_id_that_nobody_made_is_refused(cp, nccl, nccl_refuses):
    with nccl_refuses("INVALID_ARGUMENT"):
        nccl.NcclCommunicator(1, bytes(128), 0)


def test_a_rank_comes_once(cp, nccl, nccl_refuses, capfd):
    unique = nccl.get_unique_id()
    nccl.groupStart()
    comm = nccl.NcclCommunicator(2, unique, 0)
    with nccl_refuses("INVALID_USAGE"):
        nccl.NcclCommunicator(2, unique, 0)
    with nccl_refuses("INVALID_USAGE"):
        nccl.groupEnd()
    assert "there is a rank 0 already" in capfd.readouterr().err
    comm.destroy()


def test_a_destroyed_communicator_is_refused(comms, zeros, nccl_refuses):
    x = zeros(0)
    comms[0].destroy()
    with nccl_refuses("INVALID_ARGUMENT"):
        comms[0].bcast(x.data.ptr, 1, FLOAT32, 0, 0)


def test_a_rank_that_has_left_is_not_waited_for(comms, zeros, nccl_refuses, capfd):
    x = zeros(1)
    comms[0].destroy()
    comms[1].check_async_error()  # it left in order
    with nccl_refuses("REMOTE_ERROR"):
        comms[1].bcast(x.data.ptr, 1, FLOAT32, 0, 0)
    assert "has destroyed its communicator" in capfd.readouterr().err
    with nccl_refuses("REMOTE_ERROR"):
        comms[1].check_async_error()


def test_a_group_must_have_begun(nccl, nccl_refuses):
    with nccl_refuses("INVALID_USAGE"):
        nccl.groupEnd()
