import base64

import pytest

from xpnet.report.curves import curves
from xpnet.training import History, Record

pytestmark = pytest.mark.usefixtures("extra")


def history(steps, epochs, test=0.8):
    losses = [2.3 / (1 + step / 50) for step in range(steps)]
    records = [Record(k + 1, k + 1, losses[k], 0.9, test) for k in range(epochs)]
    return History(records, losses)


def svg(curve):
    kind, _, content = curve.picture.partition(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(content).decode()


def test_losses_and_accuracies_are_two_pictures_with_descriptions():
    losses, accuracies = curves(history(250, 2))
    assert losses.description == "Loss of 250 steps, from 2.3 to 0.3846."
    assert accuracies.description.endswith("at last train 90.00%, test 80.00%.")
    assert svg(losses).startswith("<?xml")
    assert svg(losses) != svg(accuracies)


def test_without_evaluation_there_are_losses_alone():
    assert len(curves(History([Record(2, 1, 0.5, None, None)], [1.0, 0.5]))) == 1


def test_what_was_found_on_the_validation_set_is_told():
    records = [Record(k, k, 1.0, None, None, 0.5 / k, 0.25 * k) for k in (1, 2)]
    losses, accuracies = curves(History(records, [1.0, 0.5]))
    assert losses.description.endswith("to 0.5; of the validation set from 0.5 to 0.25.")
    assert accuracies.description.endswith("2 epochs or parts of one, at last validation 50.00%.")


def test_of_a_regression_the_scores_are_told():
    records = [Record(k, k, 1.0, train_score=0.5 * k, test_score=-0.25 * k) for k in (1, 2)]
    _, scores = curves(History(records, [1.0, 0.5]))
    wanted = "R² after 2 epochs or parts of one, at last train 1.0000, test -0.5000."
    assert scores.description == wanted


def test_without_a_step_there_is_nothing():
    assert curves(History()) == []


def test_a_long_history_makes_no_long_picture():
    short, long = (curves(history(steps, steps)) for steps in (600, 20_000))
    for one, other in zip(short, long, strict=True):
        assert len(other.picture) < 2 * len(one.picture) + 50_000


def test_losses_that_are_not_finite_leave_gaps():
    nan, inf = float("nan"), float("inf")
    assert len(curves(History([], [1.0, inf, nan]))) == 1
    assert len(curves(History([], [nan]))) == 1
