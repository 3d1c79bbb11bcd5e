"""Atomic functions: no thread's share is lost, and each sees an old value of its own."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

N = 1000  # threads, in 4 blocks
NUMBERS = np.arange(N)
XOR = np.bitwise_xor.reduce(NUMBERS)


def run(cp, cudaemu, kind, call, start, order):
    """The final value after every thread's call, and the values that the calls returned."""
    source = f"""extern "C" __global__ void kernel({kind}* x, {kind}* old) {{
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        old[i] = {call};
    }}"""
    dtype = {
        "int": np.int32,
        "unsigned": np.uint32,
        "unsigned long long": np.uint64,
        "float": np.float32,
        "double": np.float64,
    }[kind]
    x, old = cp.full(1, start, dtype), cp.zeros(N, dtype)
    with cudaemu.settings(order=order):
        cp.RawKernel(source, "kernel")((4,), (N // 4,), (x, old))
    return x.get()[0], old.get()


@pytest.mark.parametrize("order", [0, 5])
@pytest.mark.parametrize("kind", ["int", "unsigned", "unsigned long long", "float", "double"])
def test_atomic_add_loses_nothing(cp, cudaemu, kind, order):
    value, old = run(cp, cudaemu, kind, "atomicAdd(x, 1)", 3, order)
    assert value == N + 3
    np.testing.assert_array_equal(np.sort(old), NUMBERS + 3)


@pytest.mark.parametrize(
    ("kind", "call", "start", "wanted"),
    [
        ("int", "atomicSub(x, 2)", 5, 5 - 2 * N),
        ("int", "atomicMin(x, i - 500)", 7, -500),
        ("int", "atomicMax(x, i - 500)", -7, 499),
        ("unsigned", "atomicMin(x, (unsigned)i + 3)", 2**32 - 1, 3),
        ("unsigned", "atomicMax(x, (unsigned)i)", 0, 999),
        ("unsigned", "atomicAnd(x, ~(1u << (i % 5)))", 0xFFFF, 0xFFE0),
        ("unsigned", "atomicOr(x, 1u << (i % 9))", 0x1000, 0x11FF),
        (
            "unsigned",
            "atomicXor(x, (unsigned)i)",
            0x10000,
            0x10000 ^ XOR,
        ),
        ("unsigned", "atomicInc(x, 6)", 0, N % 7),
        ("unsigned", "atomicDec(x, 6)", 0, (-N) % 7),
    ],
)
def test_atomics_give_what_any_order_gives(cp, cudaemu, kind, call, start, wanted):
    for order in (0, 1, 5):
        assert run(cp, cudaemu, kind, call, start, order)[0] == wanted


def test_atomic_exchange_hands_every_value_on_once(cp, cudaemu):
    last, old = run(cp, cudaemu, "int", "atomicExch(x, i)", -1, 5)
    np.testing.assert_array_equal(np.sort([last, *old]), np.arange(-1, N))


def test_one_thread_wins_a_compare_and_swap(cp, cudaemu):
    winner, old = run(cp, cudaemu, "int", "atomicCAS(x, -1, i)", -1, 5)
    assert (old == -1).sum() == 1
    assert old[winner] == -1


def test_a_loop_around_compare_and_swap_ends_and_multiplies(cp):
    source = """extern "C" __global__ void kernel(unsigned* x) {
        unsigned seen = *x, expected;
        do {
            expected = seen;
            seen = atomicCAS(x, expected, expected * 3);
        } while (seen != expected);
    }"""
    x = cp.ones(1, np.uint32)
    cp.RawKernel(source, "kernel")((2,), (10,), (x,))
    assert int(x[0]) == 3**20


def test_atomics_reach_shared_memory(cp):
    source = """extern "C" __global__ void kernel(int* out) {
        __shared__ int bins[4];
        if (threadIdx.x < 4) bins[threadIdx.x] = 0;
        __syncthreads();
        atomicAdd(&bins[threadIdx.x % 4], 1);
        __syncthreads();
        if (threadIdx.x < 4) out[threadIdx.x] = bins[threadIdx.x];
    }"""
    out = cp.zeros(4, np.int32)
    cp.RawKernel(source, "kernel")((1,), (130,), (out,))
    assert out.tolist() == [33, 33, 32, 32]
