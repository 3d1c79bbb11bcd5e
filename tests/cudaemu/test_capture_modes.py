"""The modes of a capture: which calls beside it are refused, and in which threads."""

import threading

import pytest

pytestmark = [pytest.mark.emulated, pytest.mark.usefixtures("no_garbage")]

GLOBAL, THREAD_LOCAL, RELAXED = 0, 1, 2


def in_thread(call):
    """What `call` raises in another thread, or None."""
    raised = []

    def run():
        try:
            call()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


UNSAFE = {
    "malloc": lambda runtime, x, event: runtime.free(runtime.malloc(64)),
    "free": lambda runtime, x, event: runtime.free(0),
    "pinned malloc": lambda runtime, x, event: runtime.freeHost(runtime.hostAlloc(64, 0)),
    "pinned free": lambda runtime, x, event: runtime.freeHost(0),
    "copy": lambda runtime, x, event: runtime.memcpy(
        x.data.ptr, x.data.ptr, 8, runtime.memcpyDeviceToDevice
    ),
    "wait for an event": lambda runtime, x, event: runtime.eventSynchronize(event.ptr),
    "wait for a stream": lambda runtime, x, event: runtime.streamSynchronize(
        runtime.streamPerThread
    ),
}


@pytest.mark.parametrize("call", UNSAFE.values(), ids=UNSAFE)
@pytest.mark.parametrize("mode", [GLOBAL, THREAD_LOCAL])
def test_what_is_unsafe_beside_a_capture_is_refused(
    cp, stream, refused, mode, call, ends_invalidated
):
    x, event = cp.zeros(5), cp.cuda.Event()
    stream.begin_capture(mode)
    with refused("StreamCaptureUnsupported"):
        call(cp.cuda.runtime, x, event)
    ends_invalidated(stream)


@pytest.mark.parametrize("call", UNSAFE.values(), ids=UNSAFE)
def test_in_relaxed_mode_what_is_unsafe_is_allowed(cp, stream, call):
    x, event = cp.zeros(5), cp.cuda.Event()
    stream.begin_capture(RELAXED)
    call(cp.cuda.runtime, x, event)
    stream.end_capture()


def test_other_threads_are_refused_in_global_mode_only(cp, stream, refused, ends_invalidated):
    runtime = cp.cuda.runtime
    for mode in (THREAD_LOCAL, RELAXED):
        stream.begin_capture(mode)
        assert in_thread(lambda: runtime.free(0)) is None
        stream.end_capture()
    stream.begin_capture(GLOBAL)
    assert "cudaErrorStreamCaptureUnsupported" in str(in_thread(lambda: runtime.free(0)))
    ends_invalidated(stream)


def test_a_module_is_neither_loaded_nor_unloaded_beside_a_capture(
    cp, stream, refused, ends_invalidated
):
    kernel = cp.RawKernel('extern "C" __global__ void nothing_new() {}', "nothing_new")
    stream.begin_capture(GLOBAL)
    with pytest.raises(cp.cuda.driver.CUDADriverError, match="STREAM_CAPTURE_UNSUPPORTED"):
        kernel.compile()
    ends_invalidated(stream)


@pytest.mark.parametrize("mode", [GLOBAL, THREAD_LOCAL])
def test_another_thread_may_not_end_the_capture(stream, refused, mode, ends_invalidated):
    stream.begin_capture(mode)
    error = in_thread(lambda: stream.end_capture())
    assert "cudaErrorStreamCaptureWrongThread" in str(error)
    ends_invalidated(stream)


def test_in_relaxed_mode_another_thread_ends_the_capture(stream):
    stream.begin_capture(RELAXED)
    assert in_thread(stream.end_capture) is None
    assert not stream.is_capturing()
