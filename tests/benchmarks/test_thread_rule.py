"""The rule of threads is measured at sizes on both sides of it, and each can be run."""

from __future__ import annotations

import thread_rule

from xpnet.backends.threads import SMALL


def test_sizes_stand_on_both_sides_of_the_rule():
    operations = [2 * inputs * hidden * batch for inputs, hidden, batch in thread_rule.SIZES]
    assert min(operations) < SMALL / 4
    assert max(operations) > SMALL * 4


def test_a_size_is_steps_to_run_and_the_operations_of_their_largest_product():
    run, operations = thread_rule.steps_of(12, 5, 8)
    run(2)
    assert operations == 2 * 12 * 5 * 8


def test_steps_are_compared_on_one_thread_and_on_all():
    done = []
    microseconds, ratio = thread_rule.compare(lambda steps: done.append(steps), turns=2)
    assert len(done) == 2 * 3 + 2 * 2 * 2
    assert float(microseconds.replace(",", "")) >= 0
    assert "to" in ratio
