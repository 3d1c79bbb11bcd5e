"""SIGTERM ends a command as Ctrl-C does, with a code of its own."""

import os
import signal

import pytest

from xpnet.cli.termination import INTERRUPTED, TERMINATED, Termination


@pytest.fixture
def default():
    """SIGTERM has its default action while the test runs."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, before)


def test_sigterm_is_an_interruption_with_a_code_of_its_own(default):
    with Termination() as ended:
        assert (ended.code, ended.word) == (INTERRUPTED, "interrupted")
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    assert (ended.code, ended.word) == (TERMINATED, "terminated")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("handler", [signal.SIG_IGN, lambda *_: None])
def test_a_handler_of_somebody_else_stays(default, handler):
    signal.signal(signal.SIGTERM, handler)
    with Termination() as ended:
        os.kill(os.getpid(), signal.SIGTERM)
    assert ended.code == INTERRUPTED
    assert signal.getsignal(signal.SIGTERM) is handler
