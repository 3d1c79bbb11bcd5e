"""Signals held back: the first waits, the second does not, and handlers are restored."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from xpnet.training.signals import Hold, held_signals


@pytest.fixture(autouse=True)
def ctrl_c():
    """Ctrl-C as a shell gives it: what is started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert Hold.current is None
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def handle():
    """``handle(handler)`` takes SIGTERM while the test runs."""
    before = signal.getsignal(signal.SIGTERM)
    yield lambda handler: signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGTERM, before)


def strike(number=signal.SIGINT):
    signal.raise_signal(number)


def struck_work(number=signal.SIGINT, passing=False):
    """What a signal strikes that nobody checks for; returns what it had done."""
    done = []
    try:
        with held_signals() as signals:
            if passing:
                with signals.released():
                    pass
            strike(number)
            done.append("all")
    except BaseException as error:
        done.append(type(error))
    return done


def test_the_first_waits_for_the_check():
    with held_signals() as signals:
        strike()
        done = True
        with pytest.raises(KeyboardInterrupt):
            signals.check()
        signals.check()
    assert done


def test_the_first_is_raised_at_the_end_if_nobody_checked():
    assert struck_work() == ["all", KeyboardInterrupt]


@pytest.mark.parametrize("checked", [False, True])
def test_the_second_is_raised_at_once(checked):
    with held_signals() as signals:
        strike()
        if checked:
            with pytest.raises(KeyboardInterrupt):
                signals.check()
        with pytest.raises(KeyboardInterrupt):
            strike()
        if not checked:  # the first is still there
            with pytest.raises(KeyboardInterrupt):
                signals.check()


def test_an_error_goes_before_what_is_kept():
    def work():
        with held_signals():
            strike()
            raise LookupError

    with pytest.raises(LookupError):
        work()


def test_in_a_passage_it_is_raised_at_once_and_so_is_the_next():
    with held_signals() as signals:
        with pytest.raises(KeyboardInterrupt), signals.released():
            strike()
        with pytest.raises(KeyboardInterrupt):
            strike()


def test_a_passage_that_nothing_came_in_is_over_at_its_end():
    assert struck_work(passing=True) == ["all", KeyboardInterrupt]


def test_what_came_before_a_passage_is_raised_at_its_door():
    with held_signals() as signals:
        strike()
        with pytest.raises(KeyboardInterrupt), signals.released():
            pytest.fail("nothing of the passage is done")


def test_a_handler_that_does_not_raise_is_called_when_its_signal_comes(handle):
    seen = []
    handle(lambda *args: seen.append(args[0]))
    with held_signals() as signals:
        strike(signal.SIGTERM)
        assert seen == [signal.SIGTERM]
        signals.check()


def test_whatever_a_handler_raises_waits(handle):
    def stop(number, frame):
        raise SystemExit(3)

    handle(stop)
    assert struck_work(signal.SIGTERM) == ["all", SystemExit]
    assert signal.getsignal(signal.SIGTERM) is stop


def test_an_ignored_signal_stays_ignored(handle):
    handle(signal.SIG_IGN)
    with held_signals():
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN
        strike(signal.SIGTERM)


def test_a_handler_that_was_put_in_meanwhile_stays(handle):
    def first(number, frame): ...

    def second(number, frame): ...

    handle(first)
    with held_signals():
        handle(second)
    assert signal.getsignal(signal.SIGTERM) is second


def test_a_handler_that_calls_the_one_before_works_when_the_hold_is_over(handle):
    def stop(number, frame):
        raise LookupError

    handle(stop)
    with held_signals():
        held = signal.getsignal(signal.SIGTERM)
        handle(lambda *args: held(*args))
    for _ in range(2):
        with pytest.raises(LookupError):
            strike(signal.SIGTERM)


def test_inside_of_another_the_outer_one_holds():
    with held_signals() as outer:
        with held_signals() as inner:
            strike()
            with pytest.raises(KeyboardInterrupt):
                inner.check()
        outer.check()
        strike()  # what was raised was dealt with, so this is a first one
        with pytest.raises(KeyboardInterrupt):
            outer.check()


def test_what_is_kept_inside_of_another_is_kept_behind_it():
    with held_signals() as outer:
        with held_signals():
            strike()
        with pytest.raises(KeyboardInterrupt):
            strike()
        with pytest.raises(KeyboardInterrupt):
            outer.check()


def test_other_threads_touch_no_handler():
    found = []

    def look():
        with held_signals() as signals:
            found.append(signal.getsignal(signal.SIGINT))
            with signals.released():
                signals.check()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]


def test_a_signal_while_handlers_are_taken_leaves_none_taken(handle, monkeypatch):
    def stop(number, frame):
        raise LookupError

    handle(stop)
    take, taken = signal.signal, []

    def struck(number, handler):
        taken.append(take(number, handler))
        if number == signal.SIGTERM and len(taken) < 4:
            stop(number, None)

    monkeypatch.setattr("xpnet.training.signals._setsignal", struck)
    with pytest.raises(LookupError), held_signals():
        pytest.fail("nothing is held")
    assert signal.getsignal(signal.SIGTERM) is stop


def test_a_signal_while_handlers_are_given_back_leaves_none_behind(handle, monkeypatch):
    handle(lambda *_: None)
    give, given = signal.signal, []

    def struck(number, handler):
        given.append(give(number, handler))
        if len(given) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), held_signals():
        monkeypatch.setattr("xpnet.training.signals._setsignal", struck)
    assert len(given) >= 2


def test_what_python_only_prints_in_a_passage_is_raised_at_its_end(monkeypatch):
    printed = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)

    class Dies:
        def __del__(self):
            strike()

    def work():
        with held_signals() as signals, signals.released():
            Dies()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert [each.exc_type for each in printed] == [KeyboardInterrupt]
