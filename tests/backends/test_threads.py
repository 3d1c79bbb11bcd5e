"""Threads of BLAS: one where a product is small, what was asked for, and as before behind it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import xpnet
from xpnet.backends import threads
from xpnet.backends.threads import FEW, SMALL, ThreadLimit


class Library:
    """Stands for a BLAS: one number for the process, or with OpenMP one for each thread."""

    def __init__(self, count, layer="pthreads"):
        self.threading_layer, self.original = layer, count
        self.counts = {}

    def key(self):
        return threading.get_ident() if self.threading_layer == "openmp" else None

    def get_num_threads(self):
        return self.counts.get(self.key(), self.original)

    def set_num_threads(self, count):
        self.counts[self.key()] = count


@pytest.fixture(params=["pthreads", "openmp"])
def library(request, monkeypatch):
    made = Library(4, request.param)
    monkeypatch.setattr(threads, "_libraries", lambda: [made])
    monkeypatch.setattr(threads, "CORES", 8)
    return made


def test_a_limit_is_in_force_in_its_block_alone(library):
    with ThreadLimit(1):
        assert library.get_num_threads() == 1
    assert library.get_num_threads() == 4


def test_it_is_restored_behind_an_error(library):
    with pytest.raises(LookupError), ThreadLimit(1):
        raise LookupError
    assert library.get_num_threads() == 4


def test_the_inner_one_of_two_decides(library):
    with ThreadLimit(2):
        with ThreadLimit(1):
            assert library.get_num_threads() == 1
        assert library.get_num_threads() == 2
    assert library.get_num_threads() == 4


def test_what_was_chosen_goes_before_a_rule(library):
    with ThreadLimit(6, chosen=True):
        with ThreadLimit(1):
            assert library.get_num_threads() == 6
            with ThreadLimit(3, chosen=True):
                assert library.get_num_threads() == 3
        assert library.get_num_threads() == 6
    assert library.get_num_threads() == 4


def test_more_threads_than_cores_are_as_many_as_cores(library):
    with ThreadLimit(10**30, chosen=True):
        assert library.get_num_threads() == 8


@pytest.mark.parametrize("first_out", [0, 1])
def test_two_threads_leave_it_as_it_was_whoever_leaves_first(library, first_out):
    inside = threading.Barrier(3)
    may_leave = [threading.Event(), threading.Event()]
    behind = []

    def work(k):
        with ThreadLimit(k + 1):
            inside.wait()
            may_leave[k].wait()
        behind.append(library.get_num_threads())

    workers = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for worker in workers:
        worker.start()
    inside.wait()
    for k in (first_out, 1 - first_out):
        may_leave[k].set()
        workers[k].join()
    one_for_all = library.threading_layer != "openmp"
    assert behind == [2 - first_out if one_for_all else 4, 4]
    assert library.get_num_threads() == 4


def own_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def two_threads():
    """On a machine with more cores or fewer, OpenBLAS takes two threads while this lasts."""
    if not own_threads():
        pytest.skip("threadpoolctl knows no BLAS of this NumPy")
    with threadpool_limits(2, user_api="blas"):
        if own_threads() != {2}:
            pytest.skip("this BLAS cannot take two threads here")
        yield


def test_numpys_own_blas_is_limited_and_restored(two_threads):
    with ThreadLimit(1):
        assert own_threads() == {1}
    assert own_threads() == {2}


def test_a_thread_that_outlives_the_first_leaves_it_as_it_was(two_threads):
    inside, may_leave = threading.Event(), threading.Event()

    def work():
        with ThreadLimit(1):
            inside.set()
            may_leave.wait()

    worker = threading.Thread(target=work)
    with ThreadLimit(1):
        worker.start()
        inside.wait()
    may_leave.set()
    worker.join()
    assert own_threads() == {2}


@pytest.mark.parametrize(
    ("operations", "found"), [(FEW, 2), (FEW + 1, 1), (SMALL, 1), (SMALL + 1, 2)]
)
def test_numpy_takes_one_thread_where_the_largest_product_is_small(two_threads, operations, found):
    with xpnet.use_backend("numpy") as backend, backend.few_threads(operations):
        assert own_threads() == {found}
    assert own_threads() == {2}


def test_another_device_leaves_the_threads_of_the_host(backend, two_threads):
    if backend.name == "numpy":
        pytest.skip("NumPy computes on the host")
    with backend.few_threads(SMALL), backend.threads(1):
        assert own_threads() == {2}


def test_products_in_a_block_are_right(backend):
    x = xpnet.asarray(np.random.default_rng(0).normal(size=(200, 200)), "float32")
    with backend.threads(1):
        found = xpnet.to_numpy(x @ x)
    np.testing.assert_allclose(found, xpnet.to_numpy(x) @ xpnet.to_numpy(x), rtol=1e-3, atol=1e-3)
