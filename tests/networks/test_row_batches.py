"""Many rows: as many at once as there is memory for, and fewer where it runs out all the same."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier

import numpy as np
import pytest

import xpnet
from xpnet import layers
from xpnet.errors import OutOfMemoryError
from xpnet.layers import (
    Affine,
    BatchNorm,
    Dropout,
    Layer,
    LeakyRelu,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from xpnet.machine import cuda_device
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.networks.row_batches import bytes_per_row, in_batches

SLACK = 8 * 512
"""A pool hands out memory in pieces of 512 bytes, of which each array leaves a part unused."""


class Same(Layer):
    """A layer of one's own, which gives its input."""

    rowwise = True

    def apply(self, x):
        return x

    def backward(self, dout):
        return dout


def net_of(*stack):
    """A network of 4 inputs and 2 scores, with these layers before and one behind."""
    W, b = np.ones((4, 2)), np.zeros(2)
    affine = Affine(xpnet.asarray(W, "float32"), xpnet.asarray(b, "float32"))
    return Network([*stack, affine], SoftmaxWithLoss())


def rows_of(net, count, batch_size=None):
    """How many rows each batch has."""
    x, seen = xpnet.asarray(np.ones((count, 4), "float32")), []
    in_batches(net, x, batch_size, None, lambda rows: seen.append(len(x[rows])))
    return seen


@pytest.fixture
def asked(backend, monkeypatch):
    """``asked(rows)`` lets the backend have memory for so many rows; what it was asked follows."""
    questions = []

    def have(rows):
        def answer(bytes_per_row):
            questions.append(bytes_per_row)
            return rows

        monkeypatch.setattr(backend, "rows_at_once", answer)
        return questions

    return have


@pytest.fixture
def at_most(backend, monkeypatch):
    """``at_most(rows)`` lets memory run out in batches of more; the rows of each batch follow."""
    seen, relu = [], backend.relu

    def have(rows):
        def limited(x):
            seen.append(len(x))
            if len(x) > rows:
                raise MemoryError("no room")
            return relu(x)

        monkeypatch.setattr(backend, "relu", limited)
        return seen

    return have


def test_the_backend_says_how_many_rows_and_is_asked_once(asked):
    questions = asked(2000)
    assert rows_of(net_of(Relu()), 5000) == [2000, 2000, 1000]
    assert questions == [4 * (4 + 2) + 8]


def test_a_backend_with_memory_for_all_rows_gets_one_batch(asked):
    asked(10**9)
    assert rows_of(net_of(), 5000) == [5000]


@pytest.mark.parametrize(
    ("stack", "count", "batch_size"), [([], 1024, None), ([Same()], 5000, None), ([], 5000, 3000)]
)
def test_a_backend_is_not_asked_where_its_answer_would_not_matter(asked, stack, count, batch_size):
    questions = asked(10**9)
    rows_of(net_of(*stack), count, batch_size)
    assert questions == []


def test_with_a_layer_of_ones_own_1024_rows_are_taken_at_once(asked):
    asked(10**9)
    assert rows_of(net_of(Same()), 2050) == [1024, 1024, 2]


# --- memory runs out all the same ------------------------------------------------------------


def test_half_as_many_rows_are_tried_until_they_fit(backend, asked, at_most):
    asked(10**9)
    seen = at_most(3000)
    net, x = net_of(Relu()), xpnet.asarray(np.arange(40_000).reshape(10_000, 4), "float32")
    scores = xpnet.to_numpy(net.predict(x))
    assert seen == [10_000, 5000, *[2500] * 4]
    np.testing.assert_allclose(scores, np.arange(40_000).reshape(10_000, 4) @ np.ones((4, 2)))


def test_an_accuracy_counts_no_row_twice_where_memory_runs_out_on_the_way(backend, asked, at_most):
    asked(4000)
    seen = at_most(4000)
    net = net_of(Relu())
    x = xpnet.asarray(np.ones((9000, 4), "float32"))
    t = xpnet.asarray(np.arange(9000) % 2)  # both scores are alike: the first is the largest
    count_correct, calls = net.backend.count_correct, []

    def failing_once(scores, t):
        calls.append(len(scores))
        if len(calls) == 2:
            raise MemoryError("no room")
        return count_correct(scores, t)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(net.backend, "count_correct", failing_once)
        assert net.accuracy(x, t) == 0.5
    assert seen == calls == [4000, 4000, 2000, 2000, 1000]


def test_fewer_than_1024_rows_are_not_tried(asked, at_most):
    asked(10**9)
    seen = at_most(1000)
    with pytest.raises(OutOfMemoryError, match="with 5,000 rows"):
        net_of(Relu()).predict(xpnet.asarray(np.ones((5000, 4), "float32")))
    assert seen == [5000, 2500, 1250, 1024]


@pytest.mark.parametrize("count", [1, 7, 1024])
def test_a_batch_that_is_small_is_tried_once(asked, at_most, count):
    asked(10**9)
    seen = at_most(0)
    with pytest.raises(OutOfMemoryError):
        net_of(Relu()).predict(xpnet.asarray(np.ones((count, 4), "float32")))
    assert seen == [count]


def test_a_batch_size_that_was_asked_for_is_tried_once(asked, at_most):
    asked(10**9)
    seen = at_most(3000)
    with pytest.raises(OutOfMemoryError):
        net_of(Relu()).predict(xpnet.asarray(np.ones((9000, 4), "float32")), batch_size=4000)
    assert seen == [4000]


class NotByRow(Same):
    rowwise = False


def test_rows_that_belong_together_are_tried_once_and_together(asked, at_most):
    asked(10**9)
    seen = at_most(3000)
    with pytest.raises(OutOfMemoryError):
        net_of(NotByRow(), Relu()).predict(xpnet.asarray(np.ones((9000, 4), "float32")))
    assert seen == [9000]


def test_a_device_that_ran_out_gives_the_whole_result_in_smaller_batches(
    little_memory, monkeypatch
):
    net = TwoLayerNet(64, 512, 10, weight_init_std="he", seed=0)
    x = xpnet.asarray(np.random.default_rng(0).normal(size=(20_000, 64)), "float32")
    wanted = xpnet.to_numpy(net.predict(x, batch_size=1000))
    monkeypatch.setattr(net.backend, "rows_at_once", lambda needed: 10**9)  # 41 MB, twice
    np.testing.assert_allclose(xpnet.to_numpy(net.predict(x)), wanted, rtol=1e-4, atol=1e-5)


def test_threads_that_share_little_memory_give_what_each_gives_alone(backend, memory_pool):
    if backend.name != "cupy" or cuda_device().kind != "emulated":
        pytest.skip("needs the emulated device, whose memory can be set")
    net = TwoLayerNet(64, 512, 10, weight_init_std="he", seed=0)
    x = xpnet.asarray(np.random.default_rng(0).normal(size=(12_000, 64)), "float32")
    wanted = xpnet.to_numpy(net.predict(x))
    cuda, together = backend.xp.cuda, Barrier(4)

    def predicted(rows):
        with cuda.using_allocator(memory_pool.malloc):  # each thread has its own
            return xpnet.to_numpy(net.predict(rows))

    def first(k):
        together.wait()  # so that each thread has one, and its workspace of cuBLAS, 32 MiB
        predicted(x[:10])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(first, range(4)))
        free, total = cuda.runtime.memGetInfo()
        with import_module("cudaemu").settings(memory=total - free + 64_000_000):
            found = list(threads.map(predicted, [x] * 8))
    for scores in found:
        np.testing.assert_allclose(scores, wanted, rtol=1e-4, atol=1e-5)


# --- what a row takes ------------------------------------------------------------------------


def test_every_layer_through_which_rows_go_alone_is_known(backend):
    names = (getattr(layers, name) for name in layers.__all__)
    one_by_one = {kind for kind in names if getattr(kind, "rowwise", False)}
    assert one_by_one == {Affine, BatchNorm, Dropout, LeakyRelu, Relu, Sigmoid, Tanh}
    x = xpnet.asarray(np.ones((3, 4), "float32"))
    kinds = Relu(), LeakyRelu(), Sigmoid(), Tanh(), BatchNorm(4), Dropout()
    assert bytes_per_row(net_of(*kinds), x, None) is not None


class OwnRelu(Relu):
    """A subclass may do anything."""


def test_nothing_is_said_of_a_network_with_a_layer_of_ones_own(backend):
    x = xpnet.asarray(np.ones((3, 4), "float32"))
    assert (
        bytes_per_row(net_of(Same()), x, None) is bytes_per_row(net_of(OwnRelu()), x, None) is None
    )


@pytest.mark.parametrize(
    ("dtype", "scale", "copies"),
    [("float32", None, 0), ("uint8", None, 1), ("float32", 0.5, 1), ("uint8", 0.5, 1)],
)
def test_a_batch_that_is_a_part_of_the_rows_takes_nothing(backend, dtype, scale, copies):
    x = xpnet.asarray(np.ones((3, 5, 2)), dtype)
    net = TwoLayerNet(10, 8, 3)
    assert bytes_per_row(net, x, scale) == 4 * (copies * 10 + 8 + 8) + 8


NETWORKS = {
    "two layers": lambda: TwoLayerNet(784, 50, 10),
    "float64": lambda: TwoLayerNet(100, 50, 10, dtype="float64"),
    "wide in the middle": lambda: MultiLayerNet(20, [30, 200, 20], 5, activation="sigmoid"),
    "wide at the end": lambda: TwoLayerNet(20, 30, 400),
    "activation first": lambda: net_of(Relu(), Sigmoid()),
    "one layer": lambda: net_of(),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("scale", [None, 0.5])
def test_no_batch_takes_more_than_is_said(backend, memory_pool, name, dtype, scale):
    if memory_pool is None:
        pytest.skip("needs CuPy, whose pool tells what was taken: run with --backend cupy")
    if backend.name != "cupy":
        pytest.skip("NumPy has no pool")
    net, rows = NETWORKS[name](), 3000
    width = net.params["W1"].shape[0]
    x = xpnet.asarray(np.ones((rows, width)), dtype)
    t = xpnet.asarray(np.zeros(rows, int))
    net.predict(x[:10], scale=scale)
    before = memory_pool.used_bytes()

    class Highest(backend.xp.cuda.MemoryHook):
        taken = 0

        def malloc_postprocess(self, **details):
            self.taken = max(self.taken, memory_pool.used_bytes() - before)

    bound = bytes_per_row(net, x, scale) * rows + SLACK
    with Highest() as highest:
        net.predict(x, scale=scale)
    assert 0.4 * bound < highest.taken <= bound
    with Highest() as highest:
        net.accuracy(x, t, scale=scale)
    assert highest.taken <= bound
