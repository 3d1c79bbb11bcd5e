"""The order of blocks, and of threads between barriers, is a setting: races show as differences."""

import itertools

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

SEEDS = [0, 1, 2, 3, 7, 12345]

# Two modules: threads are fibers in one that has barriers, and run one after the other elsewhere.
WITHOUT_BARRIERS = """
// Every block, or every thread of a block, draws a number.
extern "C" __global__ void draw_blocks(int* next, int* drawn) {
  drawn[atomicAdd(next, 1)] = blockIdx.x;
}

extern "C" __global__ void draw_threads(int* next, int* drawn) {
  drawn[blockDim.x * blockIdx.x + atomicAdd(&next[blockIdx.x], 1)] = threadIdx.x;
}

// Every block adds to what the blocks with smaller numbers are to have left.
extern "C" __global__ void chain(int* x) {
  if (threadIdx.x == 0) x[blockIdx.x + 1] = x[blockIdx.x] + 1;
}
"""

WITH_BARRIERS = """
// Every thread draws a number in every phase between barriers.
extern "C" __global__ void draw_phases(int* next, int* drawn, int phases) {
  for (int p = 0; p < phases; p++) {
    int phase = blockIdx.x * phases + p;
    drawn[blockDim.x * phase + atomicAdd(&next[phase], 1)] = threadIdx.x;
    __syncthreads();
  }
}

// A sum over a block, right but for the barrier in the last step.
extern "C" __global__ void sum(const int* x, int* out, int with_barrier) {
  __shared__ int s[256];
  int t = threadIdx.x;
  s[t] = x[blockIdx.x * blockDim.x + t];
  __syncthreads();
  for (int half = 128; half > 0; half /= 2) {
    if (t < half) s[t] += s[t + half];
    if (with_barrier || half > 1) __syncthreads();
  }
  if (t == 255) out[blockIdx.x] = s[0];
}
"""


@pytest.fixture(scope="module")
def kernels(cp):
    without, with_ = cp.RawModule(code=WITHOUT_BARRIERS), cp.RawModule(code=WITH_BARRIERS)
    return {
        **{name: without.get_function(name) for name in ("draw_blocks", "draw_threads", "chain")},
        **{name: with_.get_function(name) for name in ("draw_phases", "sum")},
    }


def drawn(cp, kernels, name, shape, grid, block, *arguments):
    """The numbers drawn in each group (a block, or a phase of one): shape (groups, members)."""
    out = cp.full(shape, -1, np.int32)
    next_free = cp.zeros(shape[0], np.int32)
    kernels[name](grid, block, (next_free, out, *arguments))
    return out.get()


def blocks(cp, kernels, n):
    return drawn(cp, kernels, "draw_blocks", (1, n), (n,), (1,))[0].tolist()


def threads(cp, kernels):
    return drawn(cp, kernels, "draw_threads", (4, 64), (4,), (64,)).tolist()


def phases(cp, kernels):
    """Two blocks of 64 threads with three phases each."""
    return drawn(cp, kernels, "draw_phases", (6, 64), (2,), (64,), np.int32(3)).tolist()


def is_shuffled(drawn):
    """All members once, in an order that is no arithmetic progression modulo their number."""
    n = len(drawn)
    steps = {(b - a) % n for a, b in itertools.pairwise(drawn)}
    return sorted(drawn) == list(range(n)) and len(steps) > n // 4


@pytest.mark.parametrize("n", [1, 2, 3, 31, 32, 33, 1000])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_block_runs_once_in_any_order(cp, cudaemu, kernels, seed, n):
    with cudaemu.settings(order=seed):
        assert sorted(blocks(cp, kernels, n)) == list(range(n))


def test_orders_0_and_1_are_that_of_the_numbers_and_its_reverse(cp, cudaemu, kernels):
    forward = list(range(64))
    for order, wanted in ((0, forward), (1, forward[::-1])):
        with cudaemu.settings(order=order):
            assert blocks(cp, kernels, 64) == wanted
            assert threads(cp, kernels) == [wanted] * 4
            assert phases(cp, kernels) == [wanted] * 6


@pytest.mark.parametrize("seed", [2, 3, 12345])
def test_a_seed_shuffles_blocks_and_threads(cp, cudaemu, kernels, seed):
    with cudaemu.settings(order=seed):
        groups = [blocks(cp, kernels, 64), *threads(cp, kernels), *phases(cp, kernels)]
    assert all(is_shuffled(group) for group in groups)


def test_shuffles_differ_from_phase_to_phase_block_to_block_and_seed_to_seed(cp, cudaemu, kernels):
    of_threads, of_phases, of_blocks = [], [], []
    for seed in (2, 3):
        with cudaemu.settings(order=seed):
            of_threads += threads(cp, kernels)
            of_phases += phases(cp, kernels)
            of_blocks.append(blocks(cp, kernels, 64))
    for seen, number in ((of_threads, 8), (of_phases, 12), (of_blocks, 2)):
        assert len({tuple(order) for order in seen}) == len(seen) == number


def test_a_shuffle_is_the_same_for_the_same_seed(cp, cudaemu, kernels):
    with cudaemu.settings(order=9):
        first = blocks(cp, kernels, 64), threads(cp, kernels), phases(cp, kernels)
        again = blocks(cp, kernels, 64), threads(cp, kernels), phases(cp, kernels)
    assert first == again


def test_warps_run_through_each_other(cp, cudaemu, kernels):
    with cudaemu.settings(order=4):
        warps = [[t // 32 for t in phase] for phase in phases(cp, kernels)]
    changes = [sum(a != b for a, b in itertools.pairwise(w)) for w in warps]
    assert max(changes) > 1


def sums(cp, kernels, seed, cudaemu, with_barrier):
    x = cp.arange(1024, dtype=np.int32)
    out = cp.zeros(4, np.int32)
    with cudaemu.settings(order=seed):
        kernels["sum"]((4,), (256,), (x, out, np.int32(with_barrier)))
    return tuple(out.tolist())


def test_a_missing_barrier_gives_other_results_under_some_seeds(cp, cudaemu, kernels):
    right = tuple(range(32640, 32640 + 4 * 65536, 65536))
    results = {sums(cp, kernels, seed, cudaemu, with_barrier=False) for seed in range(8)}
    assert results - {right}


def test_a_right_kernel_gives_the_same_bits_under_every_seed(cp, cudaemu, kernels):
    right = tuple(range(32640, 32640 + 4 * 65536, 65536))
    assert {sums(cp, kernels, seed, cudaemu, with_barrier=True) for seed in range(8)} == {right}


def test_blocks_that_count_on_their_order_are_found(cp, cudaemu, kernels):
    def chain(seed):
        x = cp.zeros(33, np.int32)
        with cudaemu.settings(order=seed):
            kernels["chain"]((32,), (1,), (x,))
        return x.tolist()

    assert chain(0) == list(range(33))
    assert all(chain(seed) != list(range(33)) for seed in SEEDS[1:])
