"""What options ask for: what passes, what is refused, and in which words."""

import os
import sys

import numpy as np
import pytest

from xpnet import checks
from xpnet.checks import (
    above_zero,
    below_one,
    check_matplotlib,
    check_memory,
    check_pillow,
    from_zero,
    is_whole,
    memory,
    whole_number,
)
from xpnet.errors import MissingExtraError, OptionError


@pytest.mark.parametrize("value", [0.1, 3, np.float32(0.5), np.int64(2)])
def test_a_number_above_zero_comes_back_as_a_float(value):
    found = above_zero("lr", value)
    assert type(found) is float
    assert found == value


@pytest.mark.parametrize("value", [0, 0.1, 3, np.float32(0.5), np.int64(2)])
def test_a_number_from_zero_on_comes_back_as_a_float(value):
    found = from_zero("weight_decay", value)
    assert type(found) is float
    assert found == value


@pytest.mark.parametrize("value", [-1, 10**400, float("inf"), float("nan"), True, "0.1", None])
def test_from_zero_refuses_all_else(value):
    with pytest.raises(OptionError, match=r"^weight_decay: expected a number from 0 on, got "):
        from_zero("weight_decay", value)


@pytest.mark.parametrize("value", [0, -1, 10**400, float("inf"), float("nan"), True, "0.1", None])
def test_above_zero_refuses_all_else(value):
    with pytest.raises(OptionError, match=r"^lr: expected a number above 0, got "):
        above_zero("lr", value)


@pytest.mark.parametrize("value", [0, 0.0, 0.9, np.float32(0.5)])
def test_a_number_below_one_comes_back_as_a_float(value):
    found = below_one("momentum", value)
    assert type(found) is float
    assert found == value


@pytest.mark.parametrize("value", [1, -0.1, float("nan"), False, "0", None])
def test_below_one_refuses_all_else(value):
    with pytest.raises(OptionError, match=r"^momentum: expected a number from 0 to below 1, got "):
        below_one("momentum", value)


@pytest.mark.parametrize("value", [1, 100, np.uint8(7)])
def test_a_whole_number_comes_back_as_an_int(value):
    assert is_whole(value)
    found = whole_number("batch_size", value)
    assert type(found) is int
    assert found == value


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "1", None])
def test_whole_number_refuses_all_else(value):
    assert not is_whole(value)
    with pytest.raises(OptionError, match=r"^batch_size: expected a whole number from 1 on, got "):
        whole_number("batch_size", value)


def test_memory_is_the_machines_or_what_its_container_may_take(tmp_path, monkeypatch):
    if hasattr(os, "sysconf"):
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
        assert memory() <= pages * size
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(checks, "CONTAINER_LIMITS", [str(limit), str(tmp_path / "nowhere")])
    whole = memory()
    for text, found in (("max\n", whole), ("123456\n", 123456), (f"{2**80}\n", whole)):
        limit.write_text(text)
        assert memory() == found
    monkeypatch.delattr(os, "sysconf", raising=False)
    limit.unlink()
    assert memory() == sys.maxsize


def test_what_is_more_than_all_memory_is_refused():
    check_memory("an array", memory())
    check_memory("an array", 10**9, 10**9)
    for size, total in ((memory() + 1, None), (10**40, None), (2 * 10**9, 10**9)):
        with pytest.raises(OptionError, match=r"^an array: needs more than the \d.*GB of memory"):
            check_memory("an array", size, total)


def test_without_matplotlib_a_picture_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        MissingExtraError, match=r"^pictures need matplotlib: pip install 'xpnet\[plot\]'$"
    ):
        check_matplotlib()


def test_without_pillow_images_are_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        MissingExtraError, match=r"^images need Pillow: pip install 'xpnet\[images\]'$"
    ):
        check_pillow()
