"""What fails on one rank fails on all of them."""

import pytest

from xpnet.distributed.together import failure, together
from xpnet.errors import BackendError, DistributedError


def fail():
    raise BackendError("no device")


def test_what_succeeds_everywhere_returns_its_own_result(told):
    assert together(told(None, None), "init", lambda: 3) == 3


def test_a_rank_that_succeeds_raises_what_another_has_said(told):
    with pytest.raises(DistributedError, match=r"^init: rank 1: no device$") as caught:
        together(told("no device"), "init", lambda: 3)
    assert caught.value.alike


def test_a_rank_that_fails_raises_the_same_and_its_cause(told):
    with pytest.raises(DistributedError, match=r"^init: ranks 0 and 2: no device$") as caught:
        together(told(None, "no device"), "init", fail)
    assert isinstance(caught.value.__cause__, BackendError)


def test_one_process_raises_its_own_error(told):
    with pytest.raises(BackendError, match=r"^no device$"):
        together(told(), "init", fail)


def test_of_several_messages_that_of_the_first_rank_is_said():
    assert str(failure("init", [None, "b", "a", "b"])) == "init: ranks 1 and 3: b"


def test_no_message_is_no_failure():
    assert failure("init", [None, None]) is None
