"""Launches: their arguments and shapes are checked, and what goes wrong inside is reported."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

KERNELS = """
extern "C" __global__ void store(float* x, long long i) { x[i] = 1.f; }

extern "C" __global__ void number(int* out) {
  int block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  int thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  int i = thread + block * (blockDim.x * blockDim.y * blockDim.z);
  out[i] = i;
}

extern "C" __global__ void nothing() {}

extern "C" __global__ void check(int x) { assert(x == 3); }

extern "C" __global__ void stop() { __trap(); }

extern "C" __global__ void divide(int* x) { x[0] /= x[1]; }

extern "C" __global__ void deep(int* x, int n) {
  volatile char room[4096];
  room[0] = 1;
  __syncthreads();
  for (int i = 0; i < n; i++) x[0] += room[0];
}

extern "C" __global__ void reverse_static(int* x) {
  __shared__ int s[64];
  s[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  x[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}

extern "C" __global__ void reverse_dynamic(int* x) {
  extern __shared__ int s[];
  s[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  x[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}

extern "C" __global__ void fresh_shared(float* x) {
  extern __shared__ float s[];
  x[threadIdx.x] = s[threadIdx.x];
}
"""


@pytest.fixture(scope="module")
def launch(cp):
    module = cp.RawModule(code=KERNELS)

    def launch(name, grid, block, *arguments, **options):
        module.get_function(name)(grid, block, arguments, **options)

    return launch


@pytest.fixture
def fails(cp):
    def fails(with_code):
        return pytest.raises(cp.cuda.driver.CUDADriverError, match=f"CUDA_ERROR_{with_code}")

    return fails


@pytest.mark.parametrize(("grid", "block"), [((1,), (1,)), ((3, 2, 2), (4, 3, 2)), ((7,), (1024,))])
def test_every_thread_of_the_grid_runs_once(cp, launch, grid, block):
    n = int(np.prod(grid) * np.prod(block))
    out = cp.full(n, -1, np.int32)
    launch("number", grid, block, out)
    np.testing.assert_array_equal(out.get(), np.arange(n))


@pytest.mark.parametrize(
    ("grid", "block"),
    [
        ((1,), (1025,)),
        ((1,), (33, 32)),
        ((1,), (1, 1, 65)),
        ((1,), (1, 1025)),
        ((1, 65536), (1,)),
        ((1, 1, 65536), (1,)),
    ],
)
def test_a_shape_beyond_the_limits_is_refused(cudaemu, launch, fails, grid, block):
    with cudaemu.measure() as counted, fails("INVALID_VALUE"):
        launch("nothing", grid, block)
    assert "kernel_launches" not in counted


@pytest.mark.parametrize(
    ("grid", "block"), [((1,), (1024,)), ((1,), (1, 1, 64)), ((1, 65535), (1,)), ((70000,), (1,))]
)
def test_a_shape_at_the_limits_is_launched(cudaemu, launch, grid, block):
    with cudaemu.measure() as counted:
        launch("nothing", grid, block)
    assert counted["kernel_launches"] == 1


def test_a_host_pointer_is_refused(launch, fails, capfd):
    x = np.zeros(4, np.float32)
    with fails("ILLEGAL_ADDRESS"):
        launch("store", (1,), (1,), np.uintp(x.ctypes.data), np.int64(0))
    assert "kernel store: argument 0 is" in capfd.readouterr().err
    assert not x.any()


def test_null_and_the_end_of_an_allocation_are_legal_arguments(cp, launch):
    end = cp.cuda.Memory(64)
    for pointer in (0, end.ptr + 64):
        module_argument = np.uintp(pointer)
        launch("number", (1,), (1,), cp.zeros(1, np.int32))
        cp.RawKernel('extern "C" __global__ void ignore(float* x) {}', "ignore")(
            (1,), (1,), (module_argument,)
        )


def test_a_write_far_out_of_bounds_is_reported_with_the_kernel(cp, cudaemu, launch, fails, capfd):
    x = cp.zeros(4, np.float32)
    with cudaemu.measure() as counted, fails("ILLEGAL_ADDRESS"):
        launch("store", (1,), (1,), x, np.int64(1 << 40))
    assert "kernel store failed: invalid memory access" in capfd.readouterr().err
    assert (counted["kernel_launches"], counted["failed_launches"]) == (1, 1)


def test_a_write_through_null_is_reported(launch, fails):
    with fails("ILLEGAL_ADDRESS"):
        launch("store", (1,), (1,), np.uintp(0), np.int64(0))


def test_an_assert_is_reported_with_its_text(launch, fails, capfd):
    launch("check", (1,), (1,), np.int32(3))
    with fails("ASSERT"):
        launch("check", (1,), (1,), np.int32(4))
    assert "kernel check failed: device-side assert: x == 3" in capfd.readouterr().err


def test_a_trap_is_reported(launch, fails):
    with fails("LAUNCH_FAILED"):
        launch("stop", (1,), (1,))


def test_a_division_by_zero_is_reported(cp, launch, fails, capfd):
    with fails("LAUNCH_FAILED"):
        launch("divide", (1,), (1,), cp.array([1, 0], np.int32))
    assert "division by zero" in capfd.readouterr().err


def test_the_device_works_after_an_error(cp, launch, fails):
    with fails("LAUNCH_FAILED"):
        launch("stop", (1,), (1,))
    x = cp.arange(64, dtype=np.int32)
    launch("reverse_static", (1,), (64,), x)
    assert x.tolist() == list(range(63, -1, -1))


def test_threads_of_a_block_have_stacks_of_their_own(cp, launch):
    x = cp.zeros(1, np.int32)
    launch("deep", (2,), (1024,), x, np.int32(1))
    assert int(x[0]) == 2048


@pytest.mark.parametrize("name", ["reverse_static", "reverse_dynamic"])
def test_shared_memory_is_seen_by_the_whole_block(cp, launch, name):
    x = cp.arange(64, dtype=np.int32)
    launch(name, (1,), (64,), x, shared_mem=64 * 4)
    assert x.tolist() == list(range(63, -1, -1))


def test_a_write_behind_the_dynamic_shared_memory_faults(cp, launch, fails):
    with fails("ILLEGAL_ADDRESS"):
        launch("reverse_dynamic", (1,), (64,), cp.arange(64, dtype=np.int32), shared_mem=60 * 4)


def test_dynamic_shared_memory_is_not_zero_at_first(cp, launch):
    x = cp.zeros(32, np.float32)
    launch("fresh_shared", (1,), (32,), x, shared_mem=128)
    assert np.isnan(x.get()).all()


def test_more_shared_memory_than_48_kib_needs_the_consent_of_the_kernel(cp, fails):
    kernel = cp.RawKernel(
        'extern "C" __global__ void last(int* x, int n) {'
        "extern __shared__ int s[]; s[n - 1] = 5; x[0] = s[n - 1]; }",
        "last",
    )
    x = cp.zeros(1, np.int32)
    size = 100 << 10
    with fails("INVALID_VALUE"):
        kernel((1,), (1,), (x, np.int32(size // 4)), shared_mem=size)
    kernel.max_dynamic_shared_size_bytes = size
    kernel((1,), (1,), (x, np.int32(size // 4)), shared_mem=size)
    assert int(x[0]) == 5
    with fails("INVALID_VALUE"):
        kernel.max_dynamic_shared_size_bytes = 228 << 10


def test_arguments_are_those_at_the_time_of_the_launch(cp, launch):
    x = cp.zeros(4, np.float32)
    i = np.array(2, np.int64)
    launch("store", (1,), (1,), x, i[()])
    i[...] = 0
    assert x.tolist() == [0, 0, 1, 0]


def test_variables_of_a_module_are_device_memory(cp):
    module = cp.RawModule(
        code="__constant__ float c[4];"
        'extern "C" __global__ void scale(float* x) { x[threadIdx.x] *= c[threadIdx.x]; }'
    )
    c = cp.ndarray(4, np.float32, module.get_global("c"))
    c[...] = cp.arange(4, dtype=np.float32)
    x = cp.full(4, 2, np.float32)
    module.get_function("scale")((1,), (4,), (x,))
    assert x.tolist() == [0, 2, 4, 6]


def test_an_unknown_kernel_is_not_found(cp, fails):
    module = cp.RawModule(code='extern "C" __global__ void here() {}')
    with fails("NOT_FOUND"):
        module.get_function("elsewhere")


def test_an_image_of_somebody_else_is_refused(cp, tmp_path, fails, capfd):
    path = tmp_path / "kernel.cubin"
    path.write_bytes(b"\x7fELF")
    with fails("INVALID_IMAGE"):
        cp.cuda.function.Module().load_file(str(path))
    assert "cannot run here" in capfd.readouterr().err


def test_launches_and_modules_are_counted(cp, cudaemu, launch):
    launch("nothing", (1,), (1,))
    with cudaemu.measure() as counted:
        for _ in range(3):
            launch("nothing", (1,), (1,))
    assert counted == {"kernel_launches": 3}
