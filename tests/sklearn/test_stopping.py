"""When a fit ends."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from xpnet.sklearn.stopping import begin_curves, go_on_with_curves, note_loss, note_score, reason


def estimator(early=False, patience=1):
    made = SimpleNamespace(tol=0.1, early_stopping=early, n_iter_no_change=patience)
    begin_curves(made)
    return made


def test_losses_that_stay_within_tol_of_the_best_are_counted():
    made, counts = estimator(), []
    for loss in (1.0, 0.95, 0.8, 0.75, math.nan):
        made.loss_curve_.append(loss)
        note_loss(made)
        counts.append(made._no_improvement_count)
    assert counts == [0, 1, 0, 1, 0]  # a comparison with NaN is never true
    assert made.best_loss_ == 0.75
    assert made.validation_scores_ is made.best_validation_score_ is None


def test_scores_that_do_not_exceed_the_best_by_tol_are_counted():
    made = estimator(early=True)
    best = [note_score(made, score) for score in (0.5, 0.55, 0.7, math.nan)]
    assert best == [True, True, True, False]
    assert made._no_improvement_count == 0
    assert made.validation_scores_[:3] == [0.5, 0.55, 0.7]
    assert (made.best_validation_score_, made.best_loss_) == (0.7, None)
    note_score(made, 0.7)
    assert made._no_improvement_count == 1


def test_curves_go_on_unless_something_else_is_watched():
    made = estimator()
    made.loss_curve_.append(1.0)
    go_on_with_curves(made)
    assert made.loss_curve_ == [1.0]
    made.early_stopping = True
    go_on_with_curves(made)
    assert (made.loss_curve_, made.validation_scores_) == ([], [])
    del made.loss_curve_, made.validation_scores_
    go_on_with_curves(made)
    assert (made.loss_curve_, made.validation_scores_) == ([], [])


@pytest.mark.parametrize(("early", "words"), [(False, "Training loss"), (True, "Validation score")])
def test_more_than_the_patience_is_a_reason_to_stop(early, words):
    made = estimator(early, patience=2)
    made._no_improvement_count = 2
    assert reason(made) is None
    made._no_improvement_count = 3
    assert reason(made) == (
        f"{words} did not improve more than tol=0.100000 for 2 consecutive epochs."
    )
