"""CUDA graphs: a launch does what was captured, with what the memory then holds."""

import gc

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


def test_captured_work_is_done_by_the_launch_and_not_before(cp, cudaemu, stream, captured):
    x, y = cp.arange(5.0), cp.zeros(5)
    cp.multiply(y, 3, out=y)  # compiles the kernel
    with cudaemu.measure() as counted:
        graph = captured(lambda: cp.multiply(x, 3, out=y))
    assert counted == {"captured_nodes": 1, "graph_instantiations": 1}
    assert y.get().tolist() == [0] * 5
    with cudaemu.measure() as counted:
        graph.launch(stream)
    assert counted == {"graph_launches": 1, "graph_kernel_nodes": 1}
    np.testing.assert_array_equal(y.get(), 3 * np.arange(5.0))


def test_a_chain_of_elementwise_work_is_what_it_is_without_a_graph(cp, stream, captured):
    def chain(x):
        return cp.sqrt(3 * ((x + 3) * 7.6) ** 2) + cp.sin(x)

    results = []
    x = cp.random.random(100)
    with cp.cuda.using_allocator(cp.cuda.MemoryPool().malloc):  # keeps what is between alive
        graph = captured(lambda: results.append(chain(x)))
        graph.upload(stream)
        graph.launch(stream)
    np.testing.assert_array_equal(results[0].get(), chain(x).get())


def test_every_launch_reads_its_inputs_anew_and_writes_the_same_outputs(cp, stream, captured):
    x, y = cp.zeros(3), cp.zeros(3)
    graph = captured(lambda: cp.add(x, 1, out=y))
    for value in (1, 5):
        x.fill(value)
        graph.launch(stream)
        assert y.get().tolist() == [value + 1] * 3


def test_a_graph_that_adds_to_its_own_output_counts_its_launches(cp, stream, captured):
    step = cp.zeros((), np.int64)
    graph = captured(lambda: cp.add(step, 1, out=step))
    for _ in range(7):
        graph.launch(stream)
    assert int(step) == 7


def test_a_graph_runs_in_any_stream(cp, cudaemu, captured):
    step = cp.zeros((), np.int64)
    graph = captured(lambda: cp.add(step, 1, out=step))
    streams = (cp.cuda.Stream.null, cp.cuda.Stream.ptds, cp.cuda.Stream(), None)
    with cudaemu.measure() as counted:
        for stream in streams:
            graph.launch(stream)
    assert counted == {"graph_launches": 4, "graph_kernel_nodes": 4}
    assert int(step) == 4


@pytest.mark.filterwarnings("ignore:ExternalStream is deprecated")
def test_a_launch_into_no_stream_is_refused(cp, captured, refused):
    graph = captured(lambda: None)
    nowhere = cp.cuda.ExternalStream(12345)
    for call in (graph.launch, graph.upload):
        with refused("InvalidResourceHandle"):
            call(nowhere)


def test_a_graph_that_does_not_exist_is_refused(cp, stream, refused, tmp_path):
    runtime = cp.cuda.runtime
    calls = (
        lambda: runtime.graphInstantiate(12345),
        lambda: runtime.graphLaunch(12345, stream.ptr),
        lambda: runtime.graphUpload(12345, stream.ptr),
        lambda: runtime.graphDestroy(12345),
        lambda: runtime.graphExecDestroy(12345),
        lambda: runtime.graphDebugDotPrint(12345, str(tmp_path / "graph.dot"), 0),
    )
    for call in calls:
        with refused("InvalidValue"):
            call()


def test_an_executable_graph_outlives_the_graph(cp, stream):
    runtime = cp.cuda.runtime
    step = cp.zeros((), np.int64)
    with stream:
        runtime.streamBeginCapture(stream.ptr)
        cp.add(step, 1, out=step)
        graph = runtime.streamEndCapture(stream.ptr)
    executables = [runtime.graphInstantiate(graph) for _ in range(2)]
    runtime.graphDestroy(graph)
    for executable in executables:
        runtime.graphLaunch(executable, stream.ptr)
        runtime.graphExecDestroy(executable)
    assert int(step) == 2


def test_a_launch_in_a_stream_that_captures_becomes_a_part_of_that_graph(
    cp, cudaemu, stream, captured
):
    step = cp.zeros((), np.int64)
    inner = captured(lambda: cp.add(step, 1, out=step))
    outer = captured(lambda graph: [graph.launch(stream) for _ in range(3)], inner)
    del inner
    gc.collect()
    with cudaemu.measure() as counted:
        outer.launch(stream)
    assert counted == {"graph_launches": 1, "graph_other_nodes": 3, "graph_kernel_nodes": 3}
    assert int(step) == 3


def test_nodes_are_counted_by_what_they_are_and_apart_from_other_work(
    cp, cudaemu, stream, captured
):
    x, y, sorted_ = cp.arange(5.0), cp.zeros(5), cp.arange(5.0)[::-1].copy()
    seen = []

    def body():
        cp.add(x, 1, out=y)
        y.fill(0)
        cp.cuda.runtime.memsetAsync(y.data.ptr, 0, 8, stream.ptr)
        y.data.copy_from_device_async(x.data, 40)
        sorted_.sort()
        stream.launch_host_func(seen.append, 1)

    body()  # compiles the kernels
    with cudaemu.measure() as counted:
        graph = captured(body)
    assert counted == {"captured_nodes": 6, "graph_instantiations": 1}
    with cudaemu.measure() as counted:
        graph.launch(stream)
    assert counted == {
        "graph_launches": 1,
        "graph_kernel_nodes": 1,
        "graph_copy_nodes": 3,
        "graph_other_nodes": 2,
    }
    assert seen == [1, 1]


def test_a_graph_is_printed_with_its_nodes_and_edges(cp, captured):
    x = cp.arange(5.0)

    def body():
        cp.sin(x, out=x)
        cp.cos(x, out=x)

    text = captured(body).debug_dot_str()
    assert text.startswith("digraph")
    assert "cupy_sin" in text
    assert "cupy_cos" in text
    assert "n0 -> n1" in text


def test_a_verbose_print_says_more(cp, captured):
    x = cp.arange(5.0)
    graph = captured(lambda: cp.sin(x, out=x))
    verbose = graph.debug_dot_str(cp.cuda.runtime.cudaGraphDebugDotFlagsVerbose)
    assert "graph_kernel_nodes" in verbose
    assert "cupy_sin" in verbose
    assert len(verbose) > len(graph.debug_dot_str())


def test_a_print_to_where_no_file_can_be_is_refused(cp, stream, refused):
    runtime = cp.cuda.runtime
    runtime.streamBeginCapture(stream.ptr)
    graph = runtime.streamEndCapture(stream.ptr)
    with refused("InvalidValue"):
        runtime.graphDebugDotPrint(graph, "/nowhere/graph.dot", 0)
    runtime.graphDestroy(graph)
