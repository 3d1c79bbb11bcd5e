"""Barriers and warps: who waits for whom, and what lanes tell each other."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

ORDERS = [0, 1, 5, 6]


def run(cp, body, threads, n_out, dtype=np.int32, parameters="", arguments=()):
    """What `out` holds after a kernel of one block with this body, t being the thread."""
    kind = {"int32": "int", "float64": "double", "uint32": "unsigned"}[np.dtype(dtype).name]
    source = f"""extern "C" __global__ void kernel({kind}* out{parameters}) {{
        int t = threadIdx.x; (void)t;
        {body}
    }}"""
    out = cp.zeros(n_out, dtype)
    cp.RawKernel(source, "kernel")((1,), (threads,), (out, *arguments))
    return out.get()


@pytest.fixture
def fails(cp):
    def fails(with_code):
        return pytest.raises(cp.cuda.driver.CUDADriverError, match=f"CUDA_ERROR_{with_code}")

    return fails


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("threads", [1, 31, 32, 33, 1024])
def test_nobody_passes_syncthreads_before_all_arrived(cp, cudaemu, threads, order):
    body = """__shared__ int arrived;
        if (t == 0) arrived = 0;
        __syncthreads();
        atomicAdd(&arrived, 1);
        __syncthreads();
        out[t] = arrived;"""
    with cudaemu.settings(order=order):
        assert (run(cp, body, threads, threads) == threads).all()


def test_a_barrier_in_a_loop_is_met_every_time(cp, cudaemu):
    body = """__shared__ int s[96];
        s[t] = t;
        __syncthreads();
        for (int i = 0; i < 96; i++) {
            int next = s[(t + 1) % 96];
            __syncthreads();
            s[t] = next;
            __syncthreads();
        }
        out[t] = s[t];"""
    for order in ORDERS:
        with cudaemu.settings(order=order):
            assert run(cp, body, 96, 96).tolist() == list(range(96))


def test_threads_that_returned_are_not_waited_for(cp):
    body = "if (t >= 40) return; __syncthreads(); out[t] = 1;"
    assert run(cp, body, 64, 64).sum() == 40


@pytest.mark.parametrize("order", ORDERS)
def test_syncthreads_count_and_or_see_every_thread(cp, cudaemu, order):
    body = """out[3 * t] = __syncthreads_count(t % 3 == 0);
        out[3 * t + 1] = __syncthreads_and(t < 100) + 10 * __syncthreads_and(t < 99);
        out[3 * t + 2] = __syncthreads_or(t == 99) + 10 * __syncthreads_or(t == 100);"""
    with cudaemu.settings(order=order):
        got = run(cp, body, 100, 300).reshape(100, 3)
    assert (got == [34, 1, 1]).all()


def test_votes_of_one_barrier_do_not_reach_the_next(cp):
    body = "out[2 * t] = __syncthreads_count(1); out[2 * t + 1] = __syncthreads_count(t == 0);"
    assert (run(cp, body, 48, 96).reshape(48, 2) == [48, 1]).all()


@pytest.mark.parametrize("order", ORDERS)
def test_syncwarp_waits_for_the_lanes_of_its_mask(cp, cudaemu, order):
    body = """__shared__ int s[64];
        s[t] = t;
        unsigned mask = t % 32 < 16 ? 0x0000ffffu : 0xffff0000u;
        __syncwarp(mask);
        out[t] = s[t ^ 15];"""
    with cudaemu.settings(order=order):
        assert run(cp, body, 64, 64).tolist() == [t ^ 15 for t in range(64)]


def test_two_halves_of_a_warp_take_different_numbers_of_barriers(cp):
    body = """unsigned mask = t < 16 ? 0x0000ffffu : 0xffff0000u;
        for (int i = 0; i < (t < 16 ? 3 : 7); i++) { __syncwarp(mask); out[t]++; }"""
    assert run(cp, body, 32, 32).tolist() == [3] * 16 + [7] * 16


@pytest.mark.parametrize("order", ORDERS)
def test_shuffles_read_the_lane_they_name(cp, cudaemu, order):
    body = """out[t] = __shfl_sync(~0u, 100 + t, 5);
        out[64 + t] = __shfl_up_sync(~0u, 100 + t, 3);
        out[128 + t] = __shfl_down_sync(~0u, 100 + t, 3);
        out[192 + t] = __shfl_xor_sync(~0u, 100 + t, 6);"""
    with cudaemu.settings(order=order):
        index, up, down, xor = run(cp, body, 64, 256).reshape(4, 2, 32)
    own = 100 + np.arange(64).reshape(2, 32)
    lane = np.arange(32)
    np.testing.assert_array_equal(index, own[:, [5] * 32])
    np.testing.assert_array_equal(up, own[:, np.where(lane < 3, lane, lane - 3)])
    np.testing.assert_array_equal(down, own[:, np.where(lane + 3 > 31, lane, lane + 3)])
    np.testing.assert_array_equal(xor, own[:, lane ^ 6])


def test_shuffles_stay_inside_their_width(cp):
    body = """out[t] = __shfl_sync(~0u, t, 9, 8);
        out[32 + t] = __shfl_up_sync(~0u, t, 3, 8);
        out[64 + t] = __shfl_down_sync(~0u, t, 3, 8);
        out[96 + t] = __shfl_xor_sync(~0u, t, 4, 8);"""
    index, up, down, xor = run(cp, body, 32, 128).reshape(4, 32)
    lane = np.arange(32)
    first, inside = lane // 8 * 8, lane % 8
    np.testing.assert_array_equal(index, first + 1)
    np.testing.assert_array_equal(up, np.where(inside < 3, lane, lane - 3))
    np.testing.assert_array_equal(down, np.where(inside + 3 > 7, lane, lane + 3))
    np.testing.assert_array_equal(xor, first + (inside ^ 4))


def test_shuffles_carry_doubles(cp):
    body = "out[t] = __shfl_xor_sync(~0u, t + 0.25, 1);"
    got = run(cp, body, 32, 32, np.float64)
    np.testing.assert_array_equal(got, (np.arange(32) ^ 1) + 0.25)


def test_a_sum_over_a_warp_is_right(cp):
    body = """int v = t;
        for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(~0u, v, d);
        if (t % 32 == 0) out[t / 32] = v;"""
    assert run(cp, body, 96, 3).tolist() == [496, 496 + 1024, 496 + 2048]


@pytest.mark.parametrize("order", ORDERS)
def test_ballots_and_votes_see_the_lanes_of_the_mask(cp, cudaemu, order):
    body = """unsigned mask = t % 32 < 8 ? 0x000000ffu : 0xffffff00u;
        out[4 * t] = __ballot_sync(mask, t % 2);
        out[4 * t + 1] = __any_sync(mask, t % 32 == 3);
        out[4 * t + 2] = __all_sync(mask, t % 32 < 8);
        out[4 * t + 3] = __popc(__match_any_sync(mask, t % 4));"""
    with cudaemu.settings(order=order):
        got = run(cp, body, 64, 256, np.uint32).reshape(2, 32, 4)
    assert (got[:, :8] == [0xAA, 1, 1, 2]).all()
    assert (got[:, 8:] == [0xAAAAAA00, 0, 0, 6]).all()


def test_a_barrier_that_not_all_threads_reach_is_reported(cp, fails, capfd):
    body = "if (t < 5) __syncwarp(0x1f | 1u << 31); else __syncthreads(); out[t] = 1;"
    with fails("LAUNCH_TIMEOUT"):
        run(cp, body, 64, 64)
    complaint = capfd.readouterr().err
    assert "kernel kernel failed: deadlock" in complaint
    assert "wait at different barriers" in complaint


def test_masks_that_disagree_are_reported(cp, fails):
    body = "__syncwarp(t < 16 ? 0x0001ffffu : 0xffff8000u); out[t] = 1;"
    with fails("LAUNCH_TIMEOUT"):
        run(cp, body, 32, 32)


def test_a_mask_without_the_calling_lane_is_reported(cp, fails, capfd):
    with fails("ILLEGAL_INSTRUCTION"):
        run(cp, "__syncwarp(0xfffffffeu); out[t] = 1;", 32, 32)
    assert "does not name the calling lane" in capfd.readouterr().err


def test_blocks_of_two_dimensions_have_warps_along_x_first(cp):
    source = """extern "C" __global__ void kernel(int* out) {
        int t = threadIdx.x + blockDim.x * threadIdx.y;
        out[t] = __shfl_sync(~0u, t, 0);
    }"""
    out = cp.zeros(64, np.int32)
    cp.RawKernel(source, "kernel")((1,), (16, 4), (out,))
    assert out.tolist() == [0] * 32 + [32] * 32
