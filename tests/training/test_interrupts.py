"""Interrupts anywhere: what was cut off goes on to the same bits as what was not."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import xpnet
from xpnet.errors import CaptureError, PartialUpdateError
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.training import Callback

PACKAGE = str(Path(xpnet.__file__).parent)
OPTIMIZERS = [SGD, Momentum, AdaGrad, RMSProp, Adam]
CAPTURED = [SGD, Adam]
"""Without state and with most: a captured update knows no other difference."""
GOAL = 7
"""Two epochs of three steps, and one step more."""


class Ends(Callback):
    def __init__(self):
        self.starts = self.ends = 0

    def on_start(self, trainer, goal):
        self.starts += 1

    def on_end(self, trainer, history):
        self.ends += 1


@pytest.fixture(autouse=True)
def raising_signals():
    """Ctrl-C as a shell gives it, and an alarm that does the same."""
    numbers = [signal.SIGINT, *([signal.SIGALRM] if hasattr(signal, "SIGALRM") else [])]
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        assert signal.getsignal(number) is signal.default_int_handler
        signal.signal(number, handler)


@contextmanager
def at_line(number, act):
    """Do something before the line of xpnet with this number, counted as they are executed."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            count += 1
            if count == number:
                act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lambda: count
    finally:
        sys.settrace(before)


@pytest.fixture(params=[False, True], ids=["plain", "captured"])
def new_run(request, new_trainer, toy, capturing):
    """``new_run(kind)`` is a trainer with a test set, and the callback that counts its ends."""

    def make(kind):
        if request.param and kind not in CAPTURED:
            pytest.skip("of the captured, two optimizers will do")
        ends = Ends()
        made = new_trainer(optimizer=kind(), test=toy, callbacks=[ends], capture=request.param)
        return made, ends

    make.tries = 8 if request.param else 25  # a capture takes long on the emulated device

    return make


@pytest.fixture
def undisturbed(new_run):
    """``undisturbed(kind)`` is the history of a whole run, and the parameters of each iteration."""

    def run(kind):
        by_hand, (trainer, _) = new_run(kind)[0], new_run(kind)
        states = [weights(by_hand)]
        for _ in range(GOAL):
            by_hand.step()
            states.append(weights(by_hand))
        return trainer.run(iterations=GOAL), states

    return run


def weights(trainer):
    return xpnet.to_numpy(trainer.net.params.flat).copy()


def places(new_run, kind, seed):
    """Some of the lines that a run executes, but for its first and its last."""
    trainer, _ = new_run(kind)
    with at_line(0, None) as counted:
        trainer.run(iterations=GOAL)
    return np.random.default_rng(seed).integers(300, counted() - 300, new_run.tries).tolist()


def check_whole(trainer, history, states):
    done = trainer.iteration
    np.testing.assert_array_equal(weights(trainer), states[done])
    assert trainer.optimizer.steps == done
    assert trainer.history.losses == history.losses[:done]
    assert done == 0 or trainer.history.final.iteration == done


def check_goes_on(trainer, history, states):
    trainer.run(iterations=GOAL + 1 - trainer.iteration)
    assert trainer.history.losses[:GOAL] == history.losses
    evaluated = [each for each in trainer.history.records if each.iteration <= GOAL]
    assert evaluated[:3] == history.records[: len(evaluated)]
    assert None not in [each.test_accuracy for each in evaluated]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_ctrl_c_anywhere_ends_behind_a_step_and_the_next_run_goes_on(new_run, undisturbed, kind):
    history, states = undisturbed(kind)
    ended = set()
    for place in places(new_run, kind, seed=0):
        trainer, ends = new_run(kind)
        with at_line(place, lambda: signal.raise_signal(signal.SIGINT)):
            assert trainer.run(iterations=GOAL).interrupted
        assert ends.ends == ends.starts == 1
        check_whole(trainer, history, states)
        ended.add(trainer.iteration)
        check_goes_on(trainer, history, states)
    assert len(ended) > min(4, new_run.tries // 3)


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, LookupError])
def test_what_is_raised_anywhere_leaves_a_whole_or_is_told(new_run, undisturbed, kind, error):
    """No handler can hold these back: anybody's code may raise them, at any line."""
    history, states = undisturbed(kind)

    def strike():
        raise error

    told = []
    for place in places(new_run, kind, seed=1):
        trainer, _ = new_run(kind)
        try:
            with at_line(place, strike):
                assert trainer.run(iterations=GOAL).interrupted
        except (KeyboardInterrupt, PartialUpdateError) as caught:
            told.append(str(caught))
            with pytest.raises(PartialUpdateError):
                trainer.run(iterations=1)
            continue
        except (LookupError, CaptureError):  # the second while a step was recorded
            assert error is LookupError
        assert trainer.history.interrupted == (error is KeyboardInterrupt)
        check_whole(trainer, history, states)
        check_goes_on(trainer, history, states)
    assert [message for message in told if "was cut off while it wrote" not in message] == []
    assert len(told) < 5


# before a run and behind it an alarm may strike in a callback of the garbage collector, from which
# Python raises nothing
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no such timer")
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_alarms_at_any_moment_end_behind_a_step_too(new_run, undisturbed, kind):
    history, states = undisturbed(kind)
    rng = np.random.default_rng(2)
    for _ in range(new_run.tries):
        trainer, _ = new_run(kind)
        try:
            signal.setitimer(signal.ITIMER_REAL, float(rng.uniform(1e-5, 2e-3)))
            trainer.run(iterations=GOAL)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:  # before the run began, or behind its end
            pass
        check_whole(trainer, history, states)
        check_goes_on(trainer, history, states)
