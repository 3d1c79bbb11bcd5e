import pytest

from xpnet.bench import timing
from xpnet.bench.timing import Spread, interleave, ratio, spread


def test_the_spread_is_median_and_quartiles():
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]) == Spread(3.0, 2.0, 4.0)


def test_of_one_value_the_quartiles_are_that_value():
    assert spread([7.0]) == Spread(7.0, 7.0, 7.0)


def test_a_ratio_is_taken_turn_by_turn():
    # of the medians it would be 1: the machine was slow in one turn, for both
    assert ratio([1.0, 10.0, 2.0], [2.0, 20.0, 4.0]) == Spread(0.5, 0.5, 0.5)


def test_a_ratio_of_different_numbers_of_turns_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves only when a case works."""
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    def work(name, seconds, log):
        def case():
            now[0] += seconds
            log.append(name)

        return case

    return work


@pytest.mark.parametrize("warm", [True, False])
def test_cases_take_turns_and_only_the_last_call_of_a_turn_counts(clock, warm):
    log = []
    cases = {"a": clock("a", 2.0, log), "b": clock("b", 3.0, log)}
    assert interleave(cases, turns=3, warm=warm) == {"a": [2.0] * 3, "b": [3.0] * 3}
    assert log == (["a", "a", "b", "b"] if warm else ["a", "b"]) * 3
