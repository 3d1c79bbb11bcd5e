import pytest

from xpnet.backends import get_backend
from xpnet.bench.contest import repeated
from xpnet.bench.entrants import LONGEST, NEEDS_A_GPU, NO_DEVICE, Entrant, Guard, failure


def nothing(k):
    pass


def unused():
    pytest.fail("set up where it cannot run")


def broken():
    raise RuntimeError("no\n  kernel image")


def test_without_a_device_nothing_is_set_up():
    assert Entrant(unused, unused).prepared("none", 1) == (None, NO_DEVICE)


def test_another_library_needs_a_gpu():
    assert Entrant(unused, None, "numpy").prepared("emulated", 1) == (None, NEEDS_A_GPU)


def test_another_library_that_fails_says_how_in_its_row():
    run, note = Entrant(broken, None, "numpy").prepared("gpu", 1)
    assert run is None
    assert note == "failed: RuntimeError: no kernel image"
    run, note = Entrant(lambda: lambda k: broken(), None, "numpy").prepared("gpu", 1)
    assert (run, note) == (None, "failed: RuntimeError: no kernel image")


def test_the_first_run_does_all_units_with_its_own_backend():
    asked = []
    entrant = Entrant(lambda: lambda k: asked.append((k, get_backend().name)), None, "numpy")
    run, note = entrant.prepared("gpu", 7)
    assert asked == [(7, "numpy")]
    assert note.startswith("first run ")
    assert note.endswith(" s with compilation")
    run(2)
    assert asked[1:] == [(2, "numpy")]


@pytest.mark.emulated
def test_xpnets_own_failure_is_no_row(memory_pool):
    with pytest.raises(RuntimeError, match="kernel image"):
        Entrant(broken, broken).prepared("gpu", 1)


@pytest.mark.emulated
def test_an_emulated_device_counts_the_trial(memory_pool):
    run, note = Entrant(unused, lambda: repeated(lambda: None)).prepared("emulated", 3)
    assert run is None
    assert note.startswith("emulated, not timed; 3 x: 0 launches")


def test_a_guard_keeps_the_first_error_and_attempts_nothing_after_it():
    guard, done = Guard(), []
    guard.attempt(lambda: done.append(1))
    guard.attempt(broken)
    guard.attempt(lambda: done.append(2))
    assert done == [1]
    assert failure(guard.error) == "failed: RuntimeError: no kernel image"
    assert Guard().error is None


def test_a_long_error_is_cut():
    assert len(failure(ValueError("x" * 1000))) == LONGEST


def test_an_interrupt_is_no_failure():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Guard().attempt(interrupted)
