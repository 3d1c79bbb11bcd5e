import pytest
from comparisons import library_case
from comparisons.library_case import LONGEST, NEEDS_A_GPU, LibraryCase, failure

from xpnet.backends import get_backend
from xpnet.bench import case
from xpnet.bench.case import NO_DEVICE
from xpnet.machine import CudaDevice

MESSAGE = "failed: RuntimeError: no kernel image"


def unused():
    pytest.fail("set up where it cannot run")


def broken(k=1):
    raise RuntimeError("no\n  kernel image")


@pytest.mark.parametrize(("kind", "reason"), [("none", NO_DEVICE), ("emulated", NEEDS_A_GPU)])
def test_another_library_needs_a_gpu(monkeypatch, kind, reason):
    for module in (case, library_case):
        monkeypatch.setattr(module, "cuda_device", lambda: CudaDevice(kind, ""))
    assert LibraryCase("a", unused).prepare(1, timed=False) == reason


@pytest.mark.parametrize("make", [broken, lambda: broken])
def test_what_fails_while_it_is_set_up_is_the_reason(numpy_as_gpu, make):
    assert LibraryCase("a", make).prepare(1, timed=True) == MESSAGE


def test_the_first_run_does_all_units_with_numpy_as_the_backend(numpy_as_gpu):
    asked = []
    one = LibraryCase("a", lambda: lambda k: asked.append((k, get_backend().name)))
    assert one.prepare(7, timed=True) == ""
    assert asked == [(7, "numpy")]
    assert one.note.startswith("first run ")
    one.run(2)
    assert asked[1:] == [(2, "numpy")]


def test_after_its_first_error_it_does_nothing_more(numpy_as_gpu):
    calls = []

    def tires(k):
        calls.append(k)
        if k == 2:
            raise MemoryError("no memory")

    one = LibraryCase("a", lambda: tires)
    assert one.prepare(1, timed=True) == ""
    one.run(2)
    one.run(3)
    assert one.device_seconds(4, turns=1) == []
    assert calls == [1, 2]
    assert one.failure == "failed: MemoryError: no memory"


def test_a_failure_between_events_counts_too(numpy_as_gpu):
    one = LibraryCase("a", lambda: lambda k: None if k < 4 else broken())
    assert one.prepare(1, timed=True) == ""
    assert one.device_seconds(3, turns=2) == [1e-3, 1e-3]
    assert one.device_seconds(4, turns=2) == []
    assert one.failure == MESSAGE


def test_a_long_error_is_cut():
    assert len(failure(ValueError("x" * 1000))) == LONGEST


def test_an_interrupt_is_no_failure(numpy_as_gpu):
    def interrupted(k):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LibraryCase("a", lambda: interrupted).prepare(1, timed=True)
