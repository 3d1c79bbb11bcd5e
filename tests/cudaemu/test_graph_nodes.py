"""Nodes of a graph: what they keep of their capture, and what the emulator checks at a launch."""

import gc

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

KERNELS = """
struct Many { double values[5]; };

extern "C" __global__ void store(double* x, double value, Many many, char last) {
  x[0] = value;
  for (int i = 0; i < 5; i++) x[1 + i] = many.values[i];
  x[6] = last;
}

extern "C" __global__ void write_byte(unsigned char* x, long long i) { x[i] = 7; }

__device__ int calls = 0;
extern "C" __global__ void count_calls(int* x) { x[0] = ++calls; }

extern "C" __global__ void reverse(int* x) {
  extern __shared__ int s[];
  s[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  x[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}
"""


@pytest.fixture(scope="module")
def module(cp):
    return cp.RawModule(code=KERNELS)


@pytest.fixture
def byte_kernel(module):
    kernel = module.get_function("write_byte")
    return lambda x, i: kernel((1,), (1,), (x, np.int64(i)))


def bytes_of_device(cp, n):
    """An array of n bytes that is an allocation of its own, not a part of CuPy's pool."""
    return cp.ndarray(n, np.uint8, cp.cuda.MemoryPointer(cp.cuda.Memory(n), 0))


def test_a_kernel_keeps_the_arguments_of_its_capture(cp, stream, captured, module):
    x = cp.zeros(7)
    value, many = np.array(3.5), np.arange(5.0)
    record = many.view(np.dtype([("values", "5f8")]))
    kernel = module.get_function("store")
    graph = captured(lambda: kernel((1,), (1,), (x, value[()], record[0], np.int8(9))))
    value[...] = many[...] = -1
    kernel((1,), (1,), (x, value[()], record[0], np.int8(0)))  # passes through the same memory
    assert x.get().tolist() == [-1] * 6 + [0]
    graph.launch(stream)
    assert x.get().tolist() == [3.5, 0, 1, 2, 3, 4, 9]


def test_a_kernel_keeps_its_shape_and_shared_memory(cp, cudaemu, stream, captured, module):
    x = cp.arange(64, dtype=np.int32)
    kernel = module.get_function("reverse")
    graph = captured(lambda: kernel((1,), (64,), (x,), shared_mem=4 * 64))
    for order in (0, 1, 7):
        x[...] = cp.arange(64)
        with cudaemu.settings(order=order):
            graph.launch(stream)
        np.testing.assert_array_equal(x.get(), np.arange(64)[::-1])


def test_a_kernel_and_its_variables_outlive_their_module(cp, stream, captured):
    x = cp.zeros(1, np.int32)
    image, _ = cp.cuda.compiler.compile_using_nvrtc(KERNELS)
    module = cp.cuda.function.Module()  # which CuPy, unlike a RawModule, does not keep
    module.load(image)
    kernel = module.get_function("count_calls")
    graph = captured(kernel, (1,), (1,), (x,))
    del module, kernel
    gc.collect()
    for launch in (1, 2):
        graph.launch(stream)
        assert int(x[0]) == launch


def test_memory_freed_before_the_launch_is_an_error_that_names_the_kernel(
    cp, cudaemu, stream, captured, byte_kernel, refused, capfd
):
    x = bytes_of_device(cp, 64)
    graph = captured(byte_kernel, x, 0)
    graph.launch(stream)
    del x
    with cudaemu.measure() as counted, refused("IllegalAddress"):
        graph.launch(stream)
    assert counted == {"graph_launches": 1, "graph_kernel_nodes": 1, "failed_launches": 1}
    assert "kernel write_byte: argument 0 is" in capfd.readouterr().err


@pytest.mark.parametrize(
    "give",
    [
        lambda runtime, x, stream: runtime.memsetAsync(x.data.ptr, 0, 64, stream),
        lambda runtime, x, stream: runtime.memcpyAsync(
            x.data.ptr, x.data.ptr, 64, runtime.memcpyDeviceToDevice, stream
        ),
    ],
)
def test_a_copy_or_fill_of_freed_memory_is_an_error(cp, stream, captured, refused, give, capfd):
    x = bytes_of_device(cp, 64)
    graph = captured(give, cp.cuda.runtime, x, stream.ptr)
    graph.launch(stream)
    del x
    with refused("IllegalAddress"):
        graph.launch(stream)
    assert "not inside a live device allocation" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "call"),
    [("cub_device_reduce", lambda x: x.sum()), ("thrust_sort", lambda x: x.sort())],
)
def test_a_library_call_with_freed_memory_is_an_error(
    cp, stream, captured, refused, name, call, capfd, memory_pool
):
    x = bytes_of_device(cp, 64).view(np.int64)
    call(x)
    graph = captured(call, x)
    graph.launch(stream)
    del x
    with refused("IllegalAddress"):
        graph.launch(stream)
    assert f"{name}: operand" in capfd.readouterr().err


def test_a_failing_node_ends_the_launch(cp, cudaemu, stream, captured, byte_kernel, refused):
    x, y = bytes_of_device(cp, 64), cp.zeros(64, np.uint8)

    def body(x):
        byte_kernel(y, 0)
        byte_kernel(x, 0)
        byte_kernel(y, 1)

    graph = captured(body, x)
    del x
    with cudaemu.measure() as counted, refused("IllegalAddress"):
        graph.launch(stream)
    assert counted["graph_kernel_nodes"] == 2
    assert y.get()[:2].tolist() == [7, 0]


def test_with_guard_a_node_that_writes_out_of_bounds_fails(
    cp, cudaemu, stream, captured, byte_kernel, refused, capfd
):
    with cudaemu.settings(guard=True):
        x = bytes_of_device(cp, 100)
    for i, complaint in [
        (112, "kernel write_byte failed: invalid memory access"),
        (100, "kernel write_byte wrote behind an allocation"),
        (-1, "kernel write_byte wrote in front of an allocation"),
    ]:
        graph = captured(byte_kernel, x, i)
        with refused("IllegalAddress"):
            graph.launch(stream)
        assert complaint in capfd.readouterr().err
    captured(byte_kernel, x, 99).launch(stream)
    assert int(x[99]) == 7
