"""Stream capture: what it allows, what it refuses, and that a stream recovers from a refusal."""

import numpy as np
import pytest

pytestmark = [pytest.mark.emulated, pytest.mark.usefixtures("no_garbage")]

GLOBAL, THREAD_LOCAL, RELAXED = 0, 1, 2


@pytest.fixture
def x(cp):
    """Some numbers; what the tests do with them is compiled before anything captures."""
    x = cp.arange(5.0)
    cp.multiply(x, 1, out=x)
    return x


def test_a_stream_captures_from_begin_to_end(cp, stream):
    assert not stream.is_capturing()
    stream.begin_capture()
    assert stream.is_capturing()
    assert not cp.cuda.Stream.null.is_capturing()
    assert not cp.cuda.Stream().is_capturing()
    stream.end_capture()
    assert not stream.is_capturing()


def test_a_capture_of_nothing_is_a_graph(cudaemu, stream):
    stream.begin_capture()
    graph = stream.end_capture()
    with cudaemu.measure() as counted:
        graph.launch(stream)
    assert counted == {"graph_launches": 1}


def test_end_without_begin_is_refused_and_other_captures_go_on(cp, stream, refused):
    stream.begin_capture()
    with refused("IllegalState"):
        cp.cuda.Stream(non_blocking=True).end_capture()
    assert stream.end_capture()


def test_begin_while_capturing_is_refused(stream, refused, ends_invalidated):
    stream.begin_capture()
    with refused("IllegalState"):
        stream.begin_capture()
    ends_invalidated(stream)


def test_the_null_stream_does_not_capture(cp, refused):
    for null in (0, cp.cuda.runtime.streamLegacy):
        with refused("StreamCaptureUnsupported"):
            cp.cuda.runtime.streamBeginCapture(null, RELAXED)
    with pytest.raises(RuntimeError, match="legacy"):
        cp.cuda.Stream.null.begin_capture()


def test_the_stream_of_a_thread_captures(cp, x):
    stream = cp.cuda.Stream.ptds
    with stream:
        stream.begin_capture()
        cp.multiply(x, 2, out=x)
        graph = stream.end_capture()
    graph.launch(stream)
    np.testing.assert_array_equal(x.get(), 2 * np.arange(5.0))


@pytest.mark.parametrize("mode", [-1, 3])
def test_there_are_three_modes(cp, stream, refused, mode):
    with refused("InvalidValue"):
        cp.cuda.runtime.streamBeginCapture(stream.ptr, mode)


@pytest.mark.parametrize("mode", [GLOBAL, THREAD_LOCAL, RELAXED])
def test_waiting_for_a_capturing_stream_or_its_device_is_refused(
    cp, stream, refused, mode, ends_invalidated
):
    for wait in (stream.synchronize, cp.cuda.Device().synchronize):
        stream.begin_capture(mode)
        with refused("StreamCaptureUnsupported"):
            wait()
        ends_invalidated(stream)


def test_a_query_of_a_capturing_stream_is_refused(cp, stream, refused, ends_invalidated):
    stream.begin_capture()
    assert not stream.done
    ends_invalidated(stream)


def test_a_callback_is_refused_where_a_host_function_is_captured(stream, refused, ends_invalidated):
    seen = []
    stream.begin_capture()
    with refused("StreamCaptureUnsupported"):
        stream.add_callback(lambda *_: None, None)
    ends_invalidated(stream)
    stream.begin_capture()
    stream.launch_host_func(seen.append, "called")
    graph = stream.end_capture()
    assert seen == []
    graph.launch(stream)
    graph.launch(stream)
    assert seen == ["called", "called"]


def test_every_use_of_an_invalidated_capture_is_refused(cp, stream, refused, x, ends_invalidated):
    event = cp.cuda.Event()
    stream.begin_capture()
    with refused("StreamCaptureUnsupported"):
        stream.synchronize()
    with pytest.raises(RuntimeError, match="invalidated the capture"):
        stream.is_capturing()
    captured = pytest.raises(cp.cuda.driver.CUDADriverError, match="STREAM_CAPTURE_INVALIDATED")
    with stream, captured:
        cp.multiply(x, 3, out=x)
    for use in (lambda: event.record(stream), lambda: stream.wait_event(event)):
        with refused("StreamCaptureInvalidated"):
            use()
    ends_invalidated(stream)
    with stream:
        cp.multiply(x, 3, out=x)
    np.testing.assert_array_equal(x.get(), 3 * np.arange(5.0))


def test_the_null_stream_is_not_usable_while_a_blocking_stream_captures(
    cp, refused, x, ends_invalidated
):
    blocking, null, event = cp.cuda.Stream(), cp.cuda.Stream.null, cp.cuda.Event()
    blocking.begin_capture()
    with refused("StreamCaptureImplicit"):
        null.is_capturing()
    assert blocking.end_capture(), "asking does not invalidate"
    uses = (
        null.synchronize,
        lambda: event.record(null),
        lambda: null.wait_event(event),
        lambda: cp.cuda.runtime.memsetAsync(x.data.ptr, 0, 8, 0),
    )
    for use in uses:
        blocking.begin_capture(RELAXED)
        with refused("StreamCaptureImplicit"):
            use()
        ends_invalidated(blocking)


def test_the_null_stream_is_usable_while_another_stream_captures(cp, stream, x):
    stream.begin_capture()
    cp.multiply(x, 2, out=x)
    stream.end_capture()
    np.testing.assert_array_equal(x.get(), 2 * np.arange(5.0))


def test_a_copy_between_host_and_device_is_refused_by_cupy(cp, stream, x):
    with stream:
        stream.begin_capture()
        for copy in (lambda: x.get(), lambda: x.set(np.zeros(5))):
            with pytest.raises(RuntimeError, match="capturing"):
                copy()
        stream.end_capture()


def test_a_condition_on_the_device_is_refused_by_cupy(cp, stream, x):
    with stream:
        stream.begin_capture()
        with pytest.raises(RuntimeError, match="capturing"):
            bool(x.sum() > 0)
        stream.end_capture()


def test_the_libraries_of_cupy_refuse_to_be_captured(cp, stream):
    matrix = cp.ones((3, 3))
    with stream:
        stream.begin_capture()
        with pytest.raises(NotImplementedError, match="cuBLAS"):
            matrix @ matrix
        with pytest.raises(NotImplementedError, match="cuRAND"):
            cp.random.random(10)
        stream.end_capture()


def test_a_destroyed_stream_ends_its_capture(cp, stream, refused):
    runtime = cp.cuda.runtime
    origin = runtime.streamCreateWithFlags(runtime.streamNonBlocking)
    event = cp.cuda.Event()
    runtime.streamBeginCapture(origin, GLOBAL)
    runtime.eventRecord(event.ptr, origin)
    stream.wait_event(event)
    runtime.streamDestroy(origin)
    assert not stream.is_capturing()
    runtime.free(0)
    with refused("InvalidResourceHandle"):
        runtime.streamEndCapture(origin)
