"""Several emulated devices in one process."""

import numpy as np
import pytest

pytestmark = [pytest.mark.emulated, pytest.mark.devices(2)]


def test_devices_are_counted_and_told_apart(cp):
    runtime = cp.cuda.runtime
    assert runtime.getDeviceCount() == 2
    assert len({bytes(runtime.getDeviceProperties(i)["uuid"]) for i in range(2)}) == 2
    assert [runtime.deviceGetPCIBusId(i) for i in range(2)] == ["0000:00:00.0", "0000:01:00.0"]


def test_a_device_that_is_not_there_is_refused(cp, refused):
    with refused("InvalidDevice"):
        cp.cuda.Device(2).use()


def test_arrays_are_of_the_device_on_which_they_were_made(cp):
    with cp.cuda.Device(1):
        x = cp.arange(3)
        y = x + 1
    assert (x.device.id, y.device.id, cp.arange(3).device.id) == (1, 1, 0)
    assert y.get().tolist() == [1, 2, 3]


def test_each_device_has_memory_of_its_own(cp):
    free = [0, 0]
    with cp.cuda.Device(1):
        free[1] = cp.cuda.runtime.memGetInfo()[0]
        x = cp.empty(1 << 20, np.uint8)
        assert cp.cuda.runtime.memGetInfo()[0] == free[1] - x.nbytes
    free[0] = cp.cuda.runtime.memGetInfo()[0]
    del x
    assert cp.cuda.runtime.memGetInfo()[0] == free[0]


def test_cupy_refuses_an_array_of_another_device(cp):
    with cp.cuda.Device(1):
        x = cp.arange(3)
    with pytest.raises(ValueError, match="device"):
        x + 1


def test_a_kernel_does_not_reach_the_memory_of_another_device(cp, capfd):
    kernel = cp.RawKernel('extern "C" __global__ void w(float* x) { *x = 1; }', "w")
    with cp.cuda.Device(1):
        x = cp.zeros(1, np.float32)
    with pytest.raises(Exception, match="ILLEGAL_ADDRESS"):
        kernel((1,), (1,), (x.data.ptr,))
    assert "no live pointer of this device" in capfd.readouterr().err


def test_a_copy_reaches_the_memory_of_every_device(cp):
    with cp.cuda.Device(1):
        x = cp.arange(3)
    y = cp.empty_like(x)
    y.data.copy_from_device_async(x.data, x.nbytes)
    assert y.get().tolist() == [0, 1, 2]


def test_a_kernel_needs_a_stream_of_its_device(cp, capfd):
    kernel = cp.RawKernel('extern "C" __global__ void w(float* x) { *x = 1; }', "w")
    with cp.cuda.Device(1):
        stream = cp.cuda.Stream(non_blocking=True)
    x = cp.zeros(1, np.float32)

    class SomebodyElses:  # CuPy does not know its device
        def __cuda_stream__(self):
            return 0, stream.ptr

    external = cp.cuda.Stream.from_external(SomebodyElses())
    with pytest.raises(Exception, match="INVALID_HANDLE"), external:
        kernel((1,), (1,), (x.data.ptr,))
    assert "the stream is of device 1, the current device is 0" in capfd.readouterr().err


def test_a_graph_runs_on_the_device_of_its_capture(cp, cudaemu):
    with cp.cuda.Device(1):
        x, stream = cp.zeros(3), cp.cuda.Stream(non_blocking=True)
        x += 1  # compiled before
        with stream:
            stream.begin_capture()
            x += 1
            graph = stream.end_capture()
    cp.cuda.runtime.graphLaunch(graph.graphExec, stream.ptr)
    assert x.get().tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("visible", "chosen"),
    [("2,0", [2, 0]), ("1", [1]), ("1,7,0", [1]), ("", [0, 1, 2]), ("-1", [0, 1, 2])],
)
@pytest.mark.devices(3)
def test_cuda_visible_devices_chooses_among_them(cp, monkeypatch, visible, chosen):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    runtime = cp.cuda.runtime
    seen = [runtime.deviceGetPCIBusId(i) for i in range(runtime.getDeviceCount())]
    assert seen == [f"0000:0{device}:00.0" for device in chosen]
