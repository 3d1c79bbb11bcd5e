"""When a fit ends: after epochs that did not improve on the best one."""

from __future__ import annotations

from typing import Any

__all__ = ["begin_curves", "go_on_with_curves", "note_loss", "note_score", "reason"]


def begin_curves(estimator: Any) -> None:
    """Empty curves, and nothing that is best yet.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its parameters `tol`, `early_stopping` and `n_iter_no_change` are read, its attributes
        that end in an underscore are written.
    """
    early = estimator.early_stopping
    estimator.loss_curve_ = []
    estimator._no_improvement_count = 0
    estimator.validation_scores_ = [] if early else None
    estimator.best_validation_score_ = -float("inf") if early else None
    estimator.best_loss_ = None if early else float("inf")


def go_on_with_curves(estimator: Any) -> None:
    """Keep the curves of the fit before; begin new ones where it had none, or watched another."""
    watched_scores = getattr(estimator, "validation_scores_", None) is not None
    if not hasattr(estimator, "loss_curve_") or watched_scores != bool(estimator.early_stopping):
        begin_curves(estimator)


def note_loss(estimator: Any) -> None:
    """Compare the last loss of the curve with the best one."""
    loss, best = estimator.loss_curve_[-1], estimator.best_loss_
    _count(estimator, loss > best - estimator.tol)
    if loss < best:
        estimator.best_loss_ = loss


def note_score(estimator: Any, score: float) -> bool:
    """Compare a score with the best one; whether it is the best now."""
    estimator.validation_scores_.append(score)
    best = estimator.best_validation_score_
    _count(estimator, score < best + estimator.tol)
    if score > best:
        estimator.best_validation_score_ = score
    return bool(score > best)


def reason(estimator: Any) -> str | None:
    """Why to stop after this epoch; None to go on."""
    patience = estimator.n_iter_no_change
    if estimator._no_improvement_count <= patience:
        return None
    what = "Validation score" if estimator.early_stopping else "Training loss"
    return (
        f"{what} did not improve more than tol={estimator.tol:f} for {patience} consecutive epochs."
    )


def _count(estimator: Any, stays: bool) -> None:
    estimator._no_improvement_count = estimator._no_improvement_count + 1 if stays else 0
