"""Streams and events: order, handles, counts. Times exist and mean nothing."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


@pytest.fixture
def invalid_handle(cp):
    runtime = cp.cuda.runtime
    return pytest.raises(runtime.CUDARuntimeError, match="cudaErrorInvalidResourceHandle")


def test_work_of_a_stream_is_done_in_the_order_of_its_submission(cp):
    stream = cp.cuda.Stream(non_blocking=True)
    x, host, seen = cp.zeros(1, np.int32), np.zeros(5, np.int32), []
    with stream:
        for i in range(5):
            cp.add(x, 1, out=x)
            x.get(out=host[i : i + 1], blocking=False)
            stream.launch_host_func(lambda i: seen.append(int(host[i])), i)
    stream.synchronize()
    assert seen == [1, 2, 3, 4, 5]


def test_a_stream_waits_for_an_event_of_another(cp, cudaemu):
    first, second = cp.cuda.Stream(non_blocking=True), cp.cuda.Stream(non_blocking=True)
    with first:
        x = cp.arange(100)
        event = first.record()
    with cudaemu.measure() as counted:
        second.wait_event(event)
    assert counted == {"stream_waits": 1}
    with second:
        y = x * 2
    second.synchronize()
    np.testing.assert_array_equal(y.get(), 2 * np.arange(100))


def test_the_null_stream_is_there_under_all_of_its_names(cp):
    runtime = cp.cuda.runtime
    for stream in (0, runtime.streamLegacy, runtime.streamPerThread):
        runtime.streamSynchronize(stream)
        assert runtime.streamQuery(stream) == 0
    assert cp.cuda.Stream.null.done


def test_synchronising_is_counted_by_what_is_waited_for(cp, cudaemu):
    stream, event = cp.cuda.Stream(), cp.cuda.Event()
    with cudaemu.measure() as counted:
        stream.record(event)
        stream.synchronize()
        event.synchronize()
        cp.cuda.Device().synchronize()
    assert counted == {"event_records": 1, "stream_syncs": 1, "event_syncs": 1, "device_syncs": 1}


def test_a_query_does_not_count_as_a_wait(cp, cudaemu):
    stream, event = cp.cuda.Stream(), cp.cuda.Event()
    with cudaemu.measure() as counted:
        assert stream.done
        assert event.done
    assert counted == {}


def test_a_destroyed_stream_is_refused(cp, invalid_handle):
    runtime = cp.cuda.runtime
    stream = runtime.streamCreate()
    runtime.streamDestroy(stream)
    with invalid_handle:
        runtime.streamSynchronize(stream)


@pytest.mark.filterwarnings("ignore:ExternalStream is deprecated")
def test_a_kernel_on_no_stream_is_refused(cp, capfd):
    kernel = cp.RawKernel('extern "C" __global__ void nothing() {}', "nothing")
    stream = cp.cuda.ExternalStream(12345)
    with stream, pytest.raises(cp.cuda.driver.CUDADriverError, match="CUDA_ERROR_INVALID_HANDLE"):
        kernel((1,), (1,), ())
    assert "kernel nothing: 0x3039 is no live stream" in capfd.readouterr().err


def test_a_destroyed_event_is_refused(cp, invalid_handle):
    runtime = cp.cuda.runtime
    event = runtime.eventCreate()
    runtime.eventDestroy(event)
    with invalid_handle:
        runtime.eventRecord(event, 0)


def test_the_null_stream_cannot_be_destroyed(cp, invalid_handle):
    with invalid_handle:
        cp.cuda.runtime.streamDestroy(0)


def test_an_elapsed_time_is_a_number_that_is_not_negative(cp):
    start, end = cp.cuda.Event(), cp.cuda.Event()
    start.record()
    end.record()
    assert cp.cuda.get_elapsed_time(start, end) >= 0


@pytest.mark.parametrize(("timed", "recorded"), [(True, False), (False, True)])
def test_no_time_without_a_record_or_with_timing_disabled(cp, invalid_handle, timed, recorded):
    start, end = cp.cuda.Event(), cp.cuda.Event(disable_timing=not timed)
    start.record()
    if recorded:
        end.record()
    with invalid_handle:
        cp.cuda.get_elapsed_time(start, end)


def test_priorities_and_flags_are_kept(cp):
    runtime = cp.cuda.runtime
    stream = cp.cuda.Stream(non_blocking=True, priority=-99)
    assert runtime.streamGetPriority(stream.ptr) == -5
    assert runtime.streamGetFlags(stream.ptr) == runtime.streamNonBlocking
