"""CUDA graphs: a launch runs what was captured, on what the memory then holds."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


@pytest.fixture
def stream(cp):
    return cp.cuda.Stream(non_blocking=True)


def captured(stream, body):
    """The graph of what `body` gives to the stream, and its result."""
    with stream:
        stream.begin_capture()
        result = body()
        return stream.end_capture(), result


def test_captured_work_runs_at_the_launch_and_not_before(cp, cudaemu, stream):
    x, y = cp.arange(5.0), cp.zeros(5)
    with cudaemu.measure() as counted:
        graph, _ = captured(stream, lambda: cp.multiply(x, 3, out=y))
    assert counted == {"captured_nodes": 1, "graph_instantiations": 1}
    assert y.get().tolist() == [0] * 5
    with cudaemu.measure() as counted:
        graph.launch(stream)
    assert counted == {"graph_launches": 1, "graph_kernel_nodes": 1}
    np.testing.assert_array_equal(y.get(), 3 * np.arange(5.0))


def test_a_launch_reads_what_its_inputs_hold_then(cp, stream):
    x, y = cp.zeros(3), cp.zeros(3)
    graph, _ = captured(stream, lambda: cp.add(x, 1, out=y))
    for value in (1, 5):
        x.fill(value)
        graph.launch(stream)
        assert y.get().tolist() == [value + 1] * 3
