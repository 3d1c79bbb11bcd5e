import numpy as np
import pytest

from xpnet.bench import gradients
from xpnet.bench.gradients import BACKPROP, BACKPROP_CUDA, LOCAL, LOOP, compare_gradients


def test_four_ways_have_a_row_each():
    rows = compare_gradients(3, sample=5, aims={LOOP: 0.02}).rows(turns=1, timed=False)
    assert [row.contender for row in rows] == [LOCAL, LOOP, BACKPROP, BACKPROP_CUDA]
    assert [row.aim for row in rows] == [None, 0.02, None, None]
    assert {row.work for row in rows} == {"784-50-10, 3 images"}


def test_the_loop_over_a_sample_says_so_and_is_extrapolated(monkeypatch):
    visited = []
    monkeypatch.setattr(gradients, "numerical_gradient", lambda f, x, at: visited.extend(at))
    loop = compare_gradients(2, sample=500).rows(turns=1, warm=False)[1]
    assert loop.note == "extrapolated from 500 of 39,760 parameters"
    assert len(visited) == 500
    assert loop.seconds.median > 0


@pytest.mark.parametrize("sample", [None, 39_760])
def test_the_loop_over_all_parameters_visits_each_once(monkeypatch, sample):
    visited = []

    def numerical_gradient(f, x, entries):
        visited.append((x.shape, np.array(entries)))

    monkeypatch.setattr(gradients, "numerical_gradient", numerical_gradient)
    loop = compare_gradients(2, sample).rows(turns=1, warm=False)[1]
    assert loop.note == ""
    for shape, entries in visited:
        assert (entries == np.arange(np.prod(shape))).all()
    assert [shape for shape, _ in visited] == [(784, 50), (50,), (50, 10), (10,)]
