"""Device memory: its bounds, its guard pages and canaries, what is in it and how much there is."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

WRITE = """
extern "C" __global__ void write_byte(unsigned char* x, long long i) { x[i] = 7; }
extern "C" __global__ void read_byte(const unsigned char* x, long long i, unsigned char* y) {
  *y = x[i];
}
"""


@pytest.fixture(scope="module")
def kernels(cp):
    return cp.RawModule(code=WRITE)


def bytes_of_device(cp, n):
    """An array of n bytes that is an allocation of its own, not a part of CuPy's pool."""
    return cp.ndarray(n, np.uint8, cp.cuda.MemoryPointer(cp.cuda.Memory(n), 0))


def write(kernels, x, i):
    kernels.get_function("write_byte")((1,), (1,), (x, np.int64(i)))


def illegal_address(cp):
    return pytest.raises(cp.cuda.driver.CUDADriverError, match="ILLEGAL_ADDRESS")


@pytest.mark.parametrize("n", [1, 16, 4096, 5000])
def test_every_byte_of_an_allocation_can_be_written(cp, cudaemu, kernels, n):
    for guard in (False, True):
        with cudaemu.settings(guard=guard):
            x = bytes_of_device(cp, n)
            write(kernels, x, 0)
            write(kernels, x, n - 1)
            assert x.get()[0] == x.get()[-1] == 7


@pytest.mark.parametrize("n", [16, 4096, 4096 + 16])
def test_with_guard_the_byte_behind_a_round_size_faults(cp, cudaemu, kernels, n, capfd):
    with cudaemu.settings(guard=True):
        x = bytes_of_device(cp, n)
    with illegal_address(cp):
        write(kernels, x, n)
    assert "kernel write_byte failed: invalid memory access" in capfd.readouterr().err


@pytest.mark.parametrize("n", [1, 15, 17, 4095, 5001])
def test_with_guard_a_write_behind_an_odd_size_is_reported(cp, cudaemu, kernels, n, capfd):
    with cudaemu.settings(guard=True):
        x = bytes_of_device(cp, n)
    with illegal_address(cp):
        write(kernels, x, n)
    complaint = capfd.readouterr().err
    assert "kernel write_byte wrote behind an allocation" in complaint
    assert f"0 bytes past the end of the {n} bytes" in complaint


def test_with_guard_a_write_in_front_is_reported(cp, cudaemu, kernels, capfd):
    with cudaemu.settings(guard=True):
        x = bytes_of_device(cp, 100)
    with illegal_address(cp):
        write(kernels, x, -1)
    assert "write_byte wrote in front of an allocation: 1 bytes" in capfd.readouterr().err


def test_a_stray_write_is_reported_once_and_counted(cp, cudaemu, kernels):
    with cudaemu.settings(guard=True):
        x = bytes_of_device(cp, 7)
    with cudaemu.measure() as counted, illegal_address(cp):
        write(kernels, x, 7)
    assert counted["failed_launches"] == 1
    write(kernels, x, 6)


@pytest.mark.parametrize("guard", [False, True])
@pytest.mark.parametrize("offset", [-4096, 4096])
def test_pages_in_front_and_behind_fault(cp, cudaemu, kernels, guard, offset):
    with cudaemu.settings(guard=guard):
        x = bytes_of_device(cp, 4096)
    with illegal_address(cp):
        write(kernels, x, offset)


def test_reading_past_a_guard_page_faults_too(cp, cudaemu, kernels):
    with cudaemu.settings(guard=True):
        x = bytes_of_device(cp, 64)
    out = bytes_of_device(cp, 1)
    with illegal_address(cp):
        kernels.get_function("read_byte")((1,), (1,), (x, np.int64(64), out))


def test_allocations_are_aligned_as_cuda_aligns_them(cp, cudaemu):
    with cudaemu.settings(guard=False):
        assert [bytes_of_device(cp, n).data.ptr % 256 for n in (1, 17, 5000)] == [0, 0, 0]
    with cudaemu.settings(guard=True):
        assert [bytes_of_device(cp, n).data.ptr % 16 for n in (1, 17, 5000)] == [0, 0, 0]


def test_freed_memory_faults(cp, kernels):
    x = bytes_of_device(cp, 64)
    address = x.data.ptr
    write(kernels, np.uintp(address), 0)
    del x
    with illegal_address(cp):
        write(kernels, np.uintp(address), 0)


def test_a_kernel_that_kept_a_freed_pointer_faults(cp):
    module = cp.RawModule(
        code='__device__ int* kept; extern "C" __global__ void keep(int* p) { kept = p; }'
        'extern "C" __global__ void use() { *kept = 1; }'
    )
    x = bytes_of_device(cp, 64)
    module.get_function("keep")((1,), (1,), (x,))
    module.get_function("use")((1,), (1,), ())
    del x
    with illegal_address(cp):
        module.get_function("use")((1,), (1,), ())


def test_fresh_memory_is_nan(cp):
    fresh = cp.ndarray(100, np.float32, cp.cuda.MemoryPointer(cp.cuda.Memory(400), 0))
    assert np.isnan(fresh.get()).all()


def test_freeing_what_is_not_allocated_is_an_error(cp, capfd):
    for address in (bytes_of_device(cp, 64).data.ptr + 8, np.zeros(4).ctypes.data):
        with pytest.raises(cp.cuda.runtime.CUDARuntimeError, match="cudaErrorInvalidValue"):
            cp.cuda.runtime.free(address)
    assert "no live allocation" in capfd.readouterr().err


def test_freeing_nothing_does_nothing(cp, cudaemu):
    with cudaemu.measure() as counted:
        cp.cuda.runtime.free(0)
    assert counted == {}


def test_too_little_memory_raises_and_cupy_recovers(cp, cudaemu, memory_pool):
    free, total = cp.cuda.runtime.memGetInfo()
    with cudaemu.settings(memory=total - free + (1 << 20)):
        with pytest.raises(cp.cuda.memory.OutOfMemoryError):
            cp.empty((1 << 20) + 1, np.uint8)
        assert cp.ones(1 << 10).sum() == 1 << 10
    with pytest.raises(cp.cuda.runtime.CUDARuntimeError, match="cudaErrorMemoryAllocation"):
        cp.cuda.runtime.malloc(1 << 62)


def test_a_pool_gives_back_what_it_holds_before_it_is_out_of_memory(cp, cudaemu, memory_pool):
    free, total = cp.cuda.runtime.memGetInfo()
    with cudaemu.settings(memory=total - free + (4 << 20)):
        held = cp.empty(3 << 20, np.uint8)
        del held
        assert memory_pool.free_bytes() >= 3 << 20
        larger = cp.empty(4 << 20, np.uint8)
        assert larger.size == 4 << 20


def test_free_memory_counts_whole_pages_until_they_are_freed(cp):
    free = cp.cuda.runtime.memGetInfo()[0]
    x = bytes_of_device(cp, 4097)
    assert free - cp.cuda.runtime.memGetInfo()[0] == 8192
    del x
    assert cp.cuda.runtime.memGetInfo()[0] == free


def test_allocations_are_counted_with_their_bytes(cp, cudaemu):
    with cudaemu.measure() as counted:
        x = bytes_of_device(cp, 1000)
        del x
    assert counted == {"device_mallocs": 1, "device_malloc_bytes": 1000, "device_frees": 1}


def test_pinned_memory_is_memory_of_the_host(cp, cudaemu):
    with cudaemu.measure() as counted:
        pinned = cp.cuda.PinnedMemory(4096)
    assert counted == {"host_allocs": 1}
    kind = cp.cuda.runtime.pointerGetAttributes(pinned.ptr).type
    assert kind == cp.cuda.runtime.memoryTypeHost
    x = bytes_of_device(cp, 1)
    kind = cp.cuda.runtime.pointerGetAttributes(x.data.ptr).type
    assert kind == cp.cuda.runtime.memoryTypeDevice
    assert cp.cuda.runtime.pointerGetAttributes(np.zeros(1).ctypes.data).type == 0
