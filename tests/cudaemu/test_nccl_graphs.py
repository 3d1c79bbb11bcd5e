"""Calls of the emulated NCCL in streams that capture: they become nodes, as on a GPU."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

FLOAT32, SUM = 7, 0


@pytest.fixture
def comm(cp, nccl):
    """The communicator of a rank alone: its sum is the value itself."""
    return nccl.NcclCommunicator(1, nccl.get_unique_id(), 0)


@pytest.fixture
def all_reduce(comm):
    """From one array to another, in a stream."""

    def all_reduce(x, y, stream):
        comm.allReduce(x.data.ptr, y.data.ptr, x.size, FLOAT32, SUM, stream.ptr)

    return all_reduce


def test_a_call_becomes_a_node_and_is_done_by_each_launch(
    cp, cudaemu, stream, captured, all_reduce
):
    x, y = cp.ones(3, np.float32), cp.zeros(3, np.float32)
    with cudaemu.measure() as counted:
        graph = captured(all_reduce, x, y, stream)
    assert counted == {"captured_nodes": 1, "graph_instantiations": 1}
    assert not y.get().any()
    for value in (2, 3):
        x.fill(value)
        with cudaemu.measure() as counted:
            graph.launch(stream)
        assert counted == {"graph_launches": 1, "graph_nccl_nodes": 1}
        assert y.get().tolist() == [value] * 3


def test_calls_stand_between_kernels_in_every_order(cp, cudaemu, stream, captured, all_reduce):
    x, y, z = (cp.zeros(3, np.float32) for _ in range(3))

    def body():
        cp.add(x, 1, out=y)
        all_reduce(y, z, stream)
        cp.add(z, 1, out=x)

    x + 1  # compiled before
    graph = captured(body)
    for order in (0, 1, 7):
        x.fill(0)
        with cudaemu.settings(order=order):
            graph.launch(stream)
            graph.launch(stream)
        assert x.get().tolist() == [4] * 3


def test_a_group_is_captured_whole(cp, cudaemu, nccl, comm, stream, captured, all_reduce):
    x, y, z = (cp.full(3, value, np.float32) for value in (1, 0, 0))

    def body():
        nccl.groupStart()
        all_reduce(x, y, stream)
        comm.send(x.data.ptr, 3, FLOAT32, 0, stream.ptr)
        comm.recv(z.data.ptr, 3, FLOAT32, 0, stream.ptr)
        nccl.groupEnd()

    graph = captured(body)
    with cudaemu.measure() as counted:
        graph.launch(stream)
    assert counted["graph_nccl_nodes"] == 3
    assert (y.get().tolist(), z.get().tolist()) == ([1] * 3, [1] * 3)


def test_a_group_in_several_streams_is_not_captured(
    cp, nccl, stream, nccl_refuses, ends_invalidated, all_reduce, capfd
):
    x, other = cp.zeros(3, np.float32), cp.cuda.Stream(non_blocking=True)
    stream.begin_capture()
    nccl.groupStart()
    all_reduce(x, x, stream)
    all_reduce(x, x, other)
    with nccl_refuses("INVALID_USAGE"):
        nccl.groupEnd()
    ends_invalidated(stream)
    assert "several streams" in capfd.readouterr().err


def test_memory_must_live_at_the_launch(
    cp, comm, stream, refused, nccl_refuses, captured, all_reduce, capfd
):
    x, y = cp.ones(3, np.float32), cp.zeros(3, np.float32)
    graph = captured(all_reduce, x, y, stream)
    del x
    with refused("IllegalAddress"):
        graph.launch(stream)
    assert "ncclAllReduce: the send buffer" in capfd.readouterr().err
    with nccl_refuses("UNHANDLED_CUDA_ERROR"):
        comm.check_async_error()  # so that other ranks do not wait for this one


def test_the_communicator_must_live_at_the_launch(
    cp, comm, stream, refused, captured, all_reduce, capfd
):
    x, y = cp.ones(3, np.float32), cp.zeros(3, np.float32)
    graph = captured(all_reduce, x, y, stream)
    comm.destroy()
    with refused("LaunchFailure"):
        graph.launch(stream)
    assert "was destroyed" in capfd.readouterr().err


def test_a_group_waits_beside_a_capture_of_another_stream(cp, stream, all_reduce):
    x, y = cp.ones(3, np.float32), cp.zeros(3, np.float32)
    other = cp.cuda.Stream(non_blocking=True)
    stream.begin_capture()
    all_reduce(x, y, other)
    stream.end_capture()
    assert y.get().tolist() == [1] * 3
