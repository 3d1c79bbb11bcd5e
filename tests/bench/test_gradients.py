import numpy as np
import pytest

from xpnet.bench import gradients
from xpnet.bench.gradients import BACKPROP, BACKPROP_CUDA, LOCAL, PLAIN, compare_gradients


def test_every_way_to_a_gradient_has_a_result():
    rows = compare_gradients(3).results(turns=1, timed=False)
    assert [row.case for row in rows] == [PLAIN, LOCAL, BACKPROP, BACKPROP_CUDA]
    assert {row.work for row in rows} == {"784-50-10, 3 images"}


def test_the_plain_loop_visits_a_part_of_the_parameters_and_is_extrapolated(monkeypatch):
    visited = []
    monkeypatch.setattr(gradients, "numerical_gradient", lambda f, x: visited.append(x.size))
    plain = compare_gradients(2).results(turns=1, warm=False)[0]
    assert plain.note == "extrapolated from 560 of 39,760 parameters"
    assert visited == [50, 500, 10]


def test_the_plain_loop_moves_the_network_that_it_takes_the_loss_of(monkeypatch):
    losses = []

    def numerical_gradient(f, x):
        before = x.copy()
        losses.append(f(x))
        x += 1
        losses.append(f(x))
        x[...] = before

    monkeypatch.setattr(gradients, "numerical_gradient", numerical_gradient)
    compare_gradients(2).results(turns=1, timed=False)
    b1, moved_b1, w2, moved_w2, *_ = losses
    assert b1 != moved_b1
    assert w2 != moved_w2
    assert b1 == w2


@pytest.mark.parametrize("baseline", [PLAIN, BACKPROP])
def test_speeds_are_relative_to_the_case_that_was_asked_for(baseline):
    rows = compare_gradients(1, baseline=baseline).results(turns=1, warm=False)
    timed = [row for row in rows if row.seconds]
    assert [row.case for row in timed if not row.relative_speed] == [baseline]


def test_all_cases_see_the_same_images_and_weights():
    first, second = (gradients._network().params for _ in range(2))
    np.testing.assert_array_equal(first["W1"], second["W1"])
    assert first["W1"].dtype == np.float64
