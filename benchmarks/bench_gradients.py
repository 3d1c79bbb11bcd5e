"""The comparison that the library is about: the gradient of all parameters.

By the chapter's loop and by xpnet's numerical gradients, by backpropagation on the CPU, and by
backpropagation on a GPU; on real images, in float64.
"""

from __future__ import annotations

import pytest
from aims import Aim
from comparisons.gradients import compare_with_the_chapter

from xpnet.bench.gradients import LOCAL

CASES = {3: (None, 5, [Aim(LOCAL, at_least=50)]), 100: (1000, 5, [Aim(LOCAL, at_least=15)])}
CASES[1000] = 200, 3, []
"""For each number of images: on how many parameters the loop is timed, turns, aims."""


@pytest.mark.parametrize("images", CASES)
def bench_gradient(benchmark, report, images):
    sample, turns, aims = CASES[images]
    if not benchmark.enabled:
        images, sample = 3, 20
    report(compare_with_the_chapter(images, sample), turns, warm=False, aims=aims)
