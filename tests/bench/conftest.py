"""A benchmark's clock that a test sets."""

import pytest

from xpnet.bench import benchmark


@pytest.fixture
def seconds(monkeypatch):
    """What the clock will say of each case, turn by turn."""
    said = {}

    def interleave(works, turns, warm):
        for work in works.values():
            work()
        return {name: said[name] for name in works}

    monkeypatch.setattr(benchmark, "interleave", interleave)
    return said
