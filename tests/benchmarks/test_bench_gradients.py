from types import SimpleNamespace

import bench_gradients
import pytest
from comparisons.gradients import LOOP

from xpnet.bench.gradients import BACKPROP, LOCAL


@pytest.mark.parametrize("images", bench_gradients.CASES)
def test_aims_are_of_cases_that_are_there_and_speeds_relative_to_the_chapters_loop(images):
    seen = []

    def report(benchmark, turns, warm, aims):
        seen.append((benchmark, {aim.case for aim in aims}))

    bench_gradients.bench_gradient(SimpleNamespace(enabled=True), report, images)
    ((benchmark, aimed),) = seen
    names = [case.name for case in benchmark.cases]
    assert benchmark.work == f"784-50-10, {images:,} images"
    assert benchmark.baseline == LOOP
    assert {LOOP, LOCAL, BACKPROP} | aimed <= set(names)


def test_what_is_not_timed_is_small():
    seen = []
    bench_gradients.bench_gradient(
        SimpleNamespace(enabled=False),
        lambda benchmark, *_, **__: seen.append(benchmark.work),
        1000,
    )
    assert seen == ["784-50-10, 3 images"]
