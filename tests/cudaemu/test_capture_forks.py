"""Captures of several streams: events carry a capture to other streams, and back."""

import contextlib

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


@pytest.fixture
def other(cp):
    return cp.cuda.Stream(non_blocking=True)


@pytest.fixture
def x(cp):
    x = cp.arange(5.0)
    cp.multiply(x, 1, out=x)  # compiles the kernel
    return x


def fork(stream, other):
    other.wait_event(stream.record())


def test_a_stream_joins_by_an_event_and_is_joined_back(cp, cudaemu, stream, other, x):
    y, z = cp.zeros(5), cp.zeros(5)
    with cudaemu.measure() as counted:
        stream.begin_capture()
        with stream:
            cp.multiply(x, 10, out=y)
        fork(stream, other)
        assert other.is_capturing()
        with other:
            cp.multiply(y, 3, out=z)
        fork(other, stream)
        graph = stream.end_capture()
    assert counted == {"captured_nodes": 2, "graph_instantiations": 1}
    assert not other.is_capturing()
    graph.launch(stream)
    np.testing.assert_array_equal(z.get(), 30 * np.arange(5.0))


def test_many_streams_fork_and_join(cp, cudaemu, stream, x):
    others = [cp.cuda.Stream(non_blocking=True) for _ in range(5)]
    outs = [cp.zeros(5) for _ in others]
    total = cp.zeros(5)
    cp.add(total, total, out=total)
    with stream:
        stream.begin_capture()
        cp.multiply(x, 2, out=x)
        for i, (side, out) in enumerate(zip(others, outs, strict=True)):
            fork(stream, side)
            with side:
                cp.multiply(x, i, out=out)
        for side, out in zip(others, outs, strict=True):
            fork(side, stream)
            cp.add(total, out, out=total)
        graph = stream.end_capture()
    for order in (0, 1, 2, 3):
        x[...] = cp.arange(5.0)
        total.fill(0)
        with cudaemu.settings(order=order):
            graph.launch(stream)
        np.testing.assert_array_equal(total.get(), 20 * np.arange(5.0))


def test_a_missing_wait_between_streams_shows_in_another_order(cp, cudaemu, stream, other, x):
    y = cp.zeros(5)
    stream.begin_capture()
    fork(stream, other)
    with stream:
        cp.multiply(x, 10, out=y)
    with other:
        cp.multiply(y, 3, out=y)  # of what? It does not wait for the product.
    fork(other, stream)
    graph = stream.end_capture()
    seen = set()
    for order in range(10):
        y.fill(1)
        with cudaemu.settings(order=order):
            graph.launch(stream)
        seen.add(float(y[1]))
    assert seen == {10.0, 30.0}


def test_work_that_is_not_joined_back_is_refused(cp, stream, other, refused, x):
    stream.begin_capture()
    fork(stream, other)
    with other:
        cp.multiply(x, 2, out=x)
    with refused("StreamCaptureUnjoined"):
        stream.end_capture()
    for each in (stream, other):
        assert not each.is_capturing()
        each.synchronize()
    np.testing.assert_array_equal(x.get(), np.arange(5.0))


def test_work_after_the_join_has_to_be_joined_too(cp, stream, other, refused, x):
    stream.begin_capture()
    fork(stream, other)
    with other:
        cp.multiply(x, 2, out=x)
        fork(other, stream)
        cp.multiply(x, 2, out=x)
    with refused("StreamCaptureUnjoined"):
        stream.end_capture()


def test_a_capture_ends_in_the_stream_where_it_began(cp, stream, other, refused, x):
    stream.begin_capture()
    fork(stream, other)
    with refused("StreamCaptureUnmatched"):
        other.end_capture()
    with refused("StreamCaptureInvalidated"):
        stream.end_capture()
    for each in (stream, other):
        assert not each.is_capturing()
        each.synchronize()


def test_two_captures_do_not_merge(stream, other, refused):
    stream.begin_capture()
    other.begin_capture()
    with refused("StreamCaptureMerge"):
        fork(stream, other)
    for each in (stream, other):
        with refused("StreamCaptureInvalidated"):
            each.end_capture()


def test_a_stream_does_not_join_an_invalidated_capture(stream, other, refused):
    stream.begin_capture()
    event = stream.record()
    with refused("StreamCaptureUnsupported"):
        stream.synchronize()
    with refused("StreamCaptureInvalidated"):
        other.wait_event(event)
    with refused("StreamCaptureInvalidated"):
        stream.end_capture()
    assert not other.is_capturing()


def test_captured_work_does_not_wait_for_other_work(cp, stream, refused):
    event = cp.cuda.Stream.null.record()
    stream.begin_capture()
    with refused("StreamCaptureIsolation"):
        stream.wait_event(event)
    with refused("StreamCaptureInvalidated"):
        stream.end_capture()


def test_the_null_stream_cannot_join(cp, stream, refused):
    stream.begin_capture()
    with refused("StreamCaptureImplicit"):
        cp.cuda.Stream.null.wait_event(stream.record())
    with refused("StreamCaptureInvalidated"):
        stream.end_capture()


def test_a_captured_event_cannot_be_waited_for_or_asked(cp, stream, refused):
    for call in (cp.cuda.Event.synchronize, lambda event: event.done):
        stream.begin_capture()
        event = stream.record()
        with contextlib.suppress(cp.cuda.runtime.CUDARuntimeError):
            assert not call(event)
        with refused("StreamCaptureInvalidated"):
            stream.end_capture()


def test_a_captured_event_is_of_no_use_after_the_capture(stream, other, refused):
    stream.begin_capture()
    event = stream.record()
    stream.end_capture()
    with refused("CapturedEvent"):
        event.synchronize()
    with refused("CapturedEvent"):
        other.wait_event(event)
    event.record(other)
    event.synchronize()
    stream.wait_event(event)


def test_an_event_carries_what_came_before_its_record(cp, cudaemu, stream, other, x):
    """Work after the record is no dependency: some order runs the other stream's work first."""
    y = cp.zeros(5)
    stream.begin_capture()
    event = stream.record()
    with stream:
        cp.multiply(x, 2, out=x)
    other.wait_event(event)
    with other:
        cp.multiply(x, 1, out=y)
    fork(other, stream)
    graph = stream.end_capture()
    seen = set()
    for order in range(10):
        x.fill(1)
        with cudaemu.settings(order=order):
            graph.launch(stream)
        seen.add(float(y[0]))
    assert seen == {1.0, 2.0}
