"""Copies: directions and bounds are checked, and what is copied is counted."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


@pytest.fixture
def runtime(cp):
    return cp.cuda.runtime


@pytest.fixture
def on_device(cp):
    memory = cp.cuda.Memory(64)
    yield memory.ptr
    assert memory.ptr  # held until here


@pytest.fixture
def on_host():
    array = np.arange(64, dtype=np.uint8)
    yield array.ctypes.data
    assert array.size  # held until here


def refused(runtime):
    return pytest.raises(runtime.CUDARuntimeError, match="cudaErrorInvalidValue")


def test_a_round_trip_gives_the_same_bytes(cp, runtime, on_device, on_host):
    back = np.zeros(64, np.uint8)
    runtime.memcpy(on_device, on_host, 64, runtime.memcpyHostToDevice)
    runtime.memcpy(back.ctypes.data, on_device, 64, runtime.memcpyDeviceToHost)
    assert back.tolist() == list(range(64))


@pytest.mark.parametrize("kind", ["HostToDevice", "DeviceToDevice"])
def test_a_host_pointer_is_refused_as_a_destination_on_the_device(
    runtime, on_device, on_host, kind, capfd
):
    source = on_host if kind == "HostToDevice" else on_device
    with refused(runtime):
        runtime.memcpy(on_host, source, 8, getattr(runtime, f"memcpy{kind}"))
    complaint = capfd.readouterr().err
    assert f"memcpy {kind} of 8 bytes" in complaint
    assert "not inside a live device allocation" in complaint


@pytest.mark.parametrize("kind", ["DeviceToHost", "DeviceToDevice"])
def test_a_host_pointer_is_refused_as_a_source_on_the_device(runtime, on_device, on_host, kind):
    destination = on_host if kind == "DeviceToHost" else on_device
    with refused(runtime):
        runtime.memcpy(destination, on_host, 8, getattr(runtime, f"memcpy{kind}"))


def test_a_device_pointer_is_refused_as_memory_of_the_host(runtime, on_device, on_host, capfd):
    with refused(runtime):
        runtime.memcpy(on_device, on_device, 8, runtime.memcpyHostToDevice)
    with refused(runtime):
        runtime.memcpy(on_device, on_device, 8, runtime.memcpyDeviceToHost)
    assert capfd.readouterr().err.count("is device memory") == 2


def test_the_default_direction_follows_the_pointers(cudaemu, runtime, on_device, on_host):
    pairs = {
        "h2d": (on_device, on_host),
        "d2h": (on_host, on_device),
        "d2d": (on_device, on_device),
        "h2h": (on_host, on_host),
    }
    for name, (destination, source) in pairs.items():
        with cudaemu.measure() as counted:
            runtime.memcpy(destination, source, 8, runtime.memcpyDefault)
        assert (counted[name], counted[f"{name}_bytes"]) == (1, 8)


def test_an_unknown_direction_is_an_error(runtime, on_device, on_host):
    with pytest.raises(runtime.CUDARuntimeError, match="cudaErrorInvalidMemcpyDirection"):
        runtime.memcpy(on_device, on_host, 8, 5)


@pytest.mark.parametrize(("start", "size"), [(0, 65), (63, 2), (64, 1)])
def test_a_copy_over_the_end_is_refused(runtime, on_device, on_host, start, size):
    with refused(runtime):
        runtime.memcpy(on_device + start, on_host, size, runtime.memcpyHostToDevice)
    with refused(runtime):
        runtime.memcpy(on_host, on_device + start, size, runtime.memcpyDeviceToHost)


def test_a_copy_of_nothing_is_allowed_anywhere(runtime, on_device):
    runtime.memcpy(0, 0, 0, runtime.memcpyHostToDevice)
    runtime.memcpy(on_device + 64, on_device, 0, runtime.memcpyDeviceToDevice)


def test_memset_stays_inside_an_allocation(cudaemu, runtime, on_device, on_host):
    with cudaemu.measure() as counted:
        runtime.memset(on_device, 3, 64)
    assert counted == {"memset": 1, "memset_bytes": 64}
    for pointer, size in ((on_device, 65), (on_host, 8)):
        with refused(runtime):
            runtime.memset(pointer, 3, size)


def test_memset_sets_bytes(cp):
    x = cp.empty(5, np.uint16)
    x.data.memset(1, x.nbytes)
    assert x.tolist() == [257] * 5


def test_blocking_copies_wait_and_others_do_not(cp, cudaemu, runtime, on_device, on_host):
    stream = cp.cuda.Stream()
    with cudaemu.measure() as counted:
        runtime.memcpy(on_device, on_host, 8, runtime.memcpyHostToDevice)
    assert counted["memcpy_syncs"] == 1
    with cudaemu.measure() as counted:
        runtime.memcpyAsync(on_device, on_host, 8, runtime.memcpyHostToDevice, stream.ptr)
        runtime.memcpy(on_device, on_device, 8, runtime.memcpyDeviceToDevice)
    assert counted == {"h2d": 1, "h2d_bytes": 8, "d2d": 1, "d2d_bytes": 8}


def test_copies_on_a_destroyed_stream_are_refused(cp, runtime, on_device, on_host):
    stream = runtime.streamCreate()
    runtime.streamDestroy(stream)
    with pytest.raises(runtime.CUDARuntimeError, match="cudaErrorInvalidResourceHandle"):
        runtime.memcpyAsync(on_device, on_host, 8, runtime.memcpyHostToDevice, stream)


def test_reading_a_result_is_one_copy_and_one_wait(cp, cudaemu):
    x = cp.arange(4, dtype=np.float32)
    with cudaemu.measure() as counted:
        x.get()
    assert counted == {"d2h": 1, "d2h_bytes": 16, "stream_syncs": 1}
