import numpy as np
import pytest
from comparisons import gradients
from comparisons.gradients import LOOP, compare_with_the_chapter

from xpnet.bench.gradients import BACKPROP, BACKPROP_CUDA, LOCAL, PLAIN


def test_the_chapters_loop_stands_beside_xpnets_cases_as_their_baseline():
    benchmark = compare_with_the_chapter(3, sample=5)
    rows = benchmark.results(turns=1, timed=False)
    assert [row.case for row in rows] == [LOOP, PLAIN, LOCAL, BACKPROP, BACKPROP_CUDA]
    assert {row.work for row in rows} == {"784-50-10, 3 images"}
    assert benchmark.baseline == LOOP


def test_a_sample_is_extrapolated_and_says_so(monkeypatch):
    visited = []
    monkeypatch.setattr(gradients, "numerical_gradient", lambda f, x, at: visited.extend(at))
    loop, *_ = compare_with_the_chapter(2, sample=500).results(turns=1, warm=False)
    assert loop.note == "extrapolated from 500 of 39,760 parameters"
    assert len(visited) == 500
    assert loop.seconds.median > 0


@pytest.mark.parametrize("sample", [None, 39_760])
def test_over_all_parameters_each_is_visited_once(monkeypatch, sample):
    visited = []

    def numerical_gradient(f, x, entries):
        visited.append((x.shape, np.array(entries)))

    monkeypatch.setattr(gradients, "numerical_gradient", numerical_gradient)
    loop, *_ = compare_with_the_chapter(2, sample).results(turns=1, warm=False)
    assert loop.note == ""
    for shape, entries in visited:
        assert (entries == np.arange(np.prod(shape))).all()
    assert [shape for shape, _ in visited] == [(784, 50), (50,), (50, 10), (10,)]
