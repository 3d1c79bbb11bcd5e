"""The comparison that the library is about: the gradient of all parameters, four ways.

By the chapter's numerical loop, by xpnet's local differences, by backpropagation on the CPU, and
by backpropagation on a GPU; on real images, in float64.
"""

from __future__ import annotations

import pytest

from xpnet.bench.gradients import LOOP, compare_gradients

CASES = {3: (None, 5, 1 / 50), 100: (1000, 5, 1 / 15), 1000: (200, 3, None)}
"""For each number of images: on how many parameters the loop is timed, turns, aim against it."""


@pytest.mark.parametrize("images", CASES)
def bench_gradient(benchmark, contest_report, images):
    sample, turns, aim = CASES[images]
    if not benchmark.enabled:
        images, sample = 3, 20
    contest = compare_gradients(images, sample, {LOOP: aim} if aim else {})
    contest_report(contest, turns, warm=False)
