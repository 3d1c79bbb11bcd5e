"""The process that keeps a core busy is there in its block, and gone behind it."""

from __future__ import annotations

import subprocess

import busy
import pytest


@pytest.fixture
def started(monkeypatch):
    """The processes that are started."""
    made, start = [], subprocess.Popen

    def watched(*args, **options):
        made.append(start(*args, **options))
        return made[-1]

    monkeypatch.setattr(subprocess, "Popen", watched)
    return made


def test_it_spins_in_its_block(started):
    with busy.spinning():
        (process,) = started
        assert process.poll() is None
    assert process.poll() is not None


def test_it_ends_when_the_work_fails(started):
    with pytest.raises(LookupError), busy.spinning():
        raise LookupError
    assert started[0].poll() is not None
