"""What the package tells about the emulated device, and how it sets it."""

import contextlib
import threading

import pytest

pytestmark = pytest.mark.emulated


def test_the_device_says_that_it_is_emulated(cp):
    name = cp.cuda.runtime.getDeviceProperties(0)["name"].decode()
    assert "emulat" in name


def test_the_generator_refuses_and_its_elders_draw(cp):
    with pytest.raises(NotImplementedError, match="RandomState"):
        cp.random.default_rng(0)
    drawn = cp.random.RandomState(0).uniform(size=1000)
    assert 0.4 < float(drawn.mean()) < 0.6


def test_measure_counts_the_block_alone(cp, cudaemu):
    x = cp.arange(3.0)
    x + 1  # compiled and loaded before
    with cudaemu.measure() as counted:
        x + 1
        assert counted == {}
    x + 1
    assert counted["kernel_launches"] == 1
    assert not counted.keys() & {"h2d", "d2h", "stream_syncs", "nvrtc_compiles"}


def test_measure_tells_what_was_counted_before_an_exception(cp, cudaemu):
    x = cp.arange(3.0)
    with contextlib.suppress(ZeroDivisionError), cudaemu.measure() as counted:
        x.get()
        raise ZeroDivisionError
    assert (counted["d2h"], counted["d2h_bytes"]) == (1, 24)


def test_counters_never_fall(cp, cudaemu):
    before = cudaemu.counters()
    cp.arange(3.0).get()
    after = cudaemu.counters()
    assert all(after[name] >= before[name] for name in before)


def test_memory_is_limited_for_the_block_alone(cp, cudaemu, memory_pool):
    free, total = cp.cuda.runtime.memGetInfo()
    too_little = cudaemu.settings(memory=total - free + (1 << 20))
    with too_little, pytest.raises(cp.cuda.memory.OutOfMemoryError):
        cp.empty(1 << 21, "uint8")
    assert cp.cuda.runtime.memGetInfo()[1] == total
    assert cp.empty(1 << 21, "uint8").size == 1 << 21


def test_settings_are_put_back_after_an_exception(cp, cudaemu):
    total = cp.cuda.runtime.memGetInfo()[1]
    changed = cudaemu.settings(memory=1 << 20, order=1, guard=False)
    with contextlib.suppress(ZeroDivisionError), changed:
        assert cp.cuda.runtime.memGetInfo()[1] == 1 << 20
        raise ZeroDivisionError
    assert cp.cuda.runtime.memGetInfo()[1] == total
    assert order_of_blocks(cp) == [0, 1, 2, 3]


def order_of_blocks(cp):
    """In which order four blocks drew their number."""
    kernel = cp.RawKernel(
        'extern "C" __global__ void draw(int* next, int* order) {\n'
        "  order[atomicAdd(next, 1)] = blockIdx.x;\n}",
        "draw",
    )
    order = cp.zeros(4, "int32")
    kernel((4,), (1,), (cp.zeros(1, "int32"), order))
    return order.tolist()


def test_blocks_run_in_the_order_asked_for(cp, cudaemu):
    assert order_of_blocks(cp) == [0, 1, 2, 3]
    with cudaemu.settings(order=1):
        assert order_of_blocks(cp) == [3, 2, 1, 0]
    with cudaemu.settings(order=7):
        assert sorted(order_of_blocks(cp)) == [0, 1, 2, 3]


def write_at(cp, x, index):
    kernel = cp.RawKernel('extern "C" __global__ void w(float* x, int i) { x[i] = 1; }', "w")
    kernel((1,), (1,), (x, cp.int32(index)))
    cp.cuda.Device().synchronize()


def test_tests_run_behind_guard_pages(cp):
    x = cp.zeros(1024, "float32")
    write_at(cp, x, 1023)
    with pytest.raises(Exception, match="ILLEGAL_ADDRESS"):
        write_at(cp, x, 1024)


def test_guard_pages_stand_in_every_thread(cp):
    failed = []

    def attack():
        try:
            write_at(cp, cp.zeros(1024, "float32"), 1024)
        except Exception as error:
            failed.append(str(error))

    thread = threading.Thread(target=attack)
    thread.start()
    thread.join()
    assert "ILLEGAL_ADDRESS" in failed[0]


def test_the_fixture_of_the_pool_gives_the_pool_back(cp, cudaemu, memory_pool):
    assert cp.get_default_memory_pool() is memory_pool
    with cudaemu.measure() as counted:
        for _ in range(5):
            cp.empty(1000, "float32")
    assert counted["device_mallocs"] == 1
    assert memory_pool.total_bytes() > 0
