"""Errors carry CUDA's codes, names and texts, and none of them outlives the call that failed."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        (1, "cudaErrorInvalidValue", "invalid argument"),
        (2, "cudaErrorMemoryAllocation", "out of memory"),
        (21, "cudaErrorInvalidMemcpyDirection", "invalid copy direction for memcpy"),
        (101, "cudaErrorInvalidDevice", "invalid device ordinal"),
        (400, "cudaErrorInvalidResourceHandle", "invalid resource handle"),
        (700, "cudaErrorIllegalAddress", "an illegal memory access was encountered"),
        (702, "cudaErrorLaunchTimeout", "the launch timed out and was terminated"),
        (710, "cudaErrorAssert", "device-side assert triggered"),
        (715, "cudaErrorIllegalInstruction", "an illegal instruction was encountered"),
        (719, "cudaErrorLaunchFailure", "unspecified launch failure"),
        (801, "cudaErrorNotSupported", "operation not supported"),
        (123456, "cudaErrorUnknown", "unknown error"),
    ],
)
def test_the_runtime_names_its_errors(cp, code, name, text):
    assert str(cp.cuda.runtime.CUDARuntimeError(code)) == f"{name}: {text}"


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        (2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"),
        (200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"),
        (301, "CUDA_ERROR_FILE_NOT_FOUND", "file not found"),
        (500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"),
        (700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"),
        (710, "CUDA_ERROR_ASSERT", "device-side assert triggered"),
        (719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"),
        (123456, "CUDA_ERROR_UNKNOWN", "unknown error"),
    ],
)
def test_the_driver_names_its_errors(cp, code, name, text):
    assert str(cp.cuda.driver.CUDADriverError(code)) == f"{name}: {text}"


def test_an_illegal_address_does_not_stick(cp):
    kernel = cp.RawKernel('extern "C" __global__ void w(int* x, long long i) { x[i] = 1; }', "w")
    x = cp.zeros(1, np.int32)
    with pytest.raises(cp.cuda.driver.CUDADriverError, match="ILLEGAL_ADDRESS"):
        kernel((1,), (1,), (x, np.int64(1 << 40)))
    cp.cuda.Device().synchronize()
    kernel((1,), (1,), (x, np.int64(0)))
    assert int(x[0]) == 1


def test_there_is_one_device(cp):
    runtime = cp.cuda.runtime
    assert runtime.getDeviceCount() == 1
    for call in (runtime.setDevice, runtime.getDeviceProperties):
        with pytest.raises(runtime.CUDARuntimeError, match="cudaErrorInvalidDevice"):
            call(1)


def test_the_device_is_named_for_what_it_is(cp):
    properties = cp.cuda.runtime.getDeviceProperties(0)
    assert properties["name"] == b"emulated CUDA device (no GPU)"
    attributes = cp.cuda.Device(0).attributes
    assert properties["maxThreadsPerBlock"] == attributes["MaxThreadsPerBlock"] == 1024
    assert properties["warpSize"] == attributes["WarpSize"] == 32
    assert attributes["MemoryPoolsSupported"] == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda runtime: runtime.mallocAsync(64, 0),
        lambda runtime: runtime.mallocManaged(64),
        lambda runtime: runtime.deviceEnablePeerAccess(0),
        lambda runtime: runtime.deviceGetDefaultMemPool(0),
    ],
)
def test_what_is_not_emulated_says_so(cp, call, capfd):
    with pytest.raises(cp.cuda.runtime.CUDARuntimeError, match="cudaErrorNotSupported"):
        call(cp.cuda.runtime)
    assert "is not emulated" in capfd.readouterr().err
