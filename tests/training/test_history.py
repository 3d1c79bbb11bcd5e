"""History: losses, records and times of all runs of a trainer."""

import dataclasses
import json

import pytest

from xpnet.training import History, Record

RECORD = Record(iteration=3, epoch=1, loss=0.5, train_accuracy=0.75, test_accuracy=None)


def test_a_new_history_is_empty():
    history = History()
    assert (history.records, history.losses, history.final) == ([], [], None)
    assert (history.seconds, history.steps_per_second, history.interrupted) == (0, 0, False)


def test_two_histories_share_no_lists():
    first, second = History(), History()
    first.losses.append(1.0)
    first.records.append(RECORD)
    assert (second.losses, second.records) == ([], [])


def test_final_is_the_last_record():
    last = dataclasses.replace(RECORD, iteration=6)
    assert History(records=[RECORD, last]).final is last


def test_steps_per_second_leaves_evaluation_out():
    history = History(losses=[1.0] * 30, seconds=100.0, step_seconds=2.0)
    assert history.steps_per_second == 15


def test_records_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECORD.loss = 0.0


SCORED = Record(3, 1, 0.5, train_score=0.75, test_score=-0.5)
VALIDATED = dataclasses.replace(RECORD, validation_loss=0.625, validation_accuracy=0.875)


@pytest.mark.parametrize(
    "records", [[VALIDATED], [VALIDATED, RECORD], [RECORD, VALIDATED], [SCORED]]
)
def test_dicts_go_to_json_and_back(records):
    dicts = json.loads(json.dumps(History(records).as_dicts()))
    assert [Record(**values) for values in dicts] == records


def test_without_validation_nothing_says_so():
    history = History([RECORD])
    names = "iteration", "epoch", "loss", "train_accuracy", "test_accuracy"
    assert history.as_dicts() == [{name: getattr(RECORD, name) for name in names}]
    assert "val" not in str(history) + repr(history) + history.to_csv() + str(History())


def test_with_validation_it_is_shown_and_written():
    history = History([dataclasses.replace(VALIDATED, train_accuracy=None), VALIDATED])
    assert str(history).splitlines()[:3] == [
        "epoch  iteration    loss  train acc  val loss  val acc",
        "    1          3  0.5000               0.6250   0.8750",
        "    1          3  0.5000     0.7500    0.6250   0.8750",
    ]
    assert history.to_csv().splitlines() == [
        "iteration,epoch,loss,train_accuracy,test_accuracy,validation_loss,validation_accuracy",
        "3,1,0.5,,,0.625,0.875",
        "3,1,0.5,0.75,,0.625,0.875",
    ]


def test_a_regression_has_scores_in_place_of_accuracies():
    history = History([SCORED])
    assert history.is_regression
    assert not History([RECORD]).is_regression
    assert str(history).splitlines()[:2] == [
        "epoch  iteration    loss  train R2  test R2",
        "    1          3  0.5000    0.7500  -0.5000",
    ]
    assert history.to_csv() == "iteration,epoch,loss,train_score,test_score\n3,1,0.5,0.75,-0.5\n"
    with_validation = dataclasses.replace(SCORED, validation_loss=2.0, validation_score=0.25)
    assert History([with_validation]).to_csv().splitlines() == [
        "iteration,epoch,loss,train_score,test_score,validation_loss,validation_score",
        "3,1,0.5,0.75,-0.5,2.0,0.25",
    ]
    assert str(History([with_validation])).splitlines()[0].endswith("test R2  val loss  val R2")


def test_a_record_that_was_cut_off_leaves_a_regression_one():
    early = Record(2, 1, 0.5)
    assert History([SCORED, early]).to_csv().splitlines()[-1] == "2,1,0.5,,"


def test_what_a_trainer_records_goes_to_json(new_trainer, toy):
    history = new_trainer(test=toy).run(epochs=2)
    dicts = json.loads(json.dumps(history.as_dicts()))
    assert [Record(**entry) for entry in dicts] == history.records
    assert all(type(loss) is float for loss in history.losses)


def test_history_grows_over_runs(new_trainer):
    trainer = new_trainer()
    first = trainer.run(epochs=1)
    losses, seconds, step_seconds = list(first.losses), first.seconds, first.step_seconds
    second = trainer.run(epochs=1)
    assert second is first is trainer.history
    assert second.losses[:3] == losses
    assert len(second.losses) == 6
    assert second.seconds > seconds > 0
    assert second.step_seconds > step_seconds > 0


def test_steps_take_part_of_the_whole_time(new_trainer, toy):
    history = new_trainer(test=toy).run(epochs=3)
    assert 0 < history.step_seconds < history.seconds
    assert history.steps_per_second == pytest.approx(9 / history.step_seconds)


def test_a_trainer_goes_on_with_a_history_that_is_put_in_place(new_trainer):
    trainer = new_trainer()
    old = trainer.run(epochs=1)
    trainer.history = History()
    new = trainer.run(epochs=1)
    assert new is trainer.history is not old
    assert (len(old.losses), len(new.losses)) == (3, 3)
    assert [record.iteration for record in new.records] == [6]


# --- how it is shown ---------------------------------------------------------------------------


def a_history(epochs, **options):
    records = [Record(600 * k, k, 1 / k, 0.9, 0.875) for k in range(1, epochs + 1)]
    return History(records, [1.0] * 600 * epochs, seconds=1.25, **options)


def test_a_repr_is_one_short_line():
    last = "epoch 300, iteration 180000, loss 0.0033, train acc 0.9000, test acc 0.8750"
    assert repr(a_history(300)) == f"History(300 records, {last})"
    assert repr(a_history(1, interrupted=True)).startswith("History(1 record, epoch 1, ")
    assert repr(a_history(1, interrupted=True)).endswith(", interrupted)")
    assert repr(History()) == "History(0 records)"
    assert repr(History([RECORD])) == (
        "History(1 record, epoch 1, iteration 3, loss 0.5000, train acc 0.7500)"
    )


def test_printed_it_is_a_table_of_its_records():
    assert str(a_history(2, interrupted=True)).splitlines() == [
        "epoch  iteration    loss  train acc  test acc",
        "    1        600  1.0000     0.9000    0.8750",
        "    2       1200  0.5000     0.9000    0.8750",
        "1,200 steps in 1.2 s, interrupted",
    ]


def test_without_evaluation_there_are_no_columns_for_it():
    plain = Record(3, 1, 0.5, None, None)
    assert str(History([plain])).splitlines()[:2] == [
        "epoch  iteration    loss",
        "    1          3  0.5000",
    ]
    assert str(History([RECORD, plain])).splitlines()[1:3] == [
        "    1          3  0.5000     0.7500",
        "    1          3  0.5000",
    ]


def test_an_empty_history_is_shown_too():
    assert str(History()).splitlines()[1:] == ["0 steps in 0.0 s"]
    assert "<tbody></tbody>" in History()._repr_html_()


@pytest.mark.parametrize(("epochs", "rows"), [(20, 20), (21, 21), (22, 21), (5000, 21)])
def test_a_long_history_is_shown_by_its_ends(epochs, rows):
    lines = str(a_history(epochs)).splitlines()[1:-1]
    assert len(lines) == a_history(epochs)._repr_html_().count("<tr>") - 1 == rows
    shown = [line.split()[0] for line in lines]
    ends = [*range(1, 11), *range(epochs - 9, epochs + 1)]
    assert [epoch for epoch in shown if epoch != "..."] == [str(epoch) for epoch in ends]
    assert (shown.index("...") == 10) if epochs > 20 else "..." not in shown


def test_a_notebook_shows_the_table(new_trainer, toy):
    history = new_trainer(test=toy).run(epochs=2)
    html = history._repr_html_()
    assert html.startswith("<table>")
    assert html.count("<tr>") == 3
    assert f"<td>{history.final.loss:.4f}</td>" in html
    assert "<p>6 steps in " in html


def test_what_is_shown_is_escaped():
    class Loss(float):
        def __format__(self, spec):
            return "<script>"

    html = History([Record(1, 1, Loss(1), None, None)])._repr_html_()
    assert "<td>&lt;script&gt;</td>" in html


def test_a_loop_goes_over_the_records():
    history = a_history(3)
    assert list(history) == history.records
    assert len(history) == 3
    assert not History()


def test_csv_has_a_row_for_each_record_and_empty_cells_for_none(tmp_path):
    path = tmp_path / "run.csv"
    text = History(records=[RECORD, dataclasses.replace(RECORD, iteration=6)]).to_csv(path)
    assert (
        text
        == path.read_text()
        == ("iteration,epoch,loss,train_accuracy,test_accuracy\n3,1,0.5,0.75,\n6,1,0.5,0.75,\n")
    )


def test_csv_of_a_new_history_is_its_header():
    assert History().to_csv() == "iteration,epoch,loss,train_accuracy,test_accuracy\n"
