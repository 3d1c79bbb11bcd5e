"""Progress: lines in a pipe, a bar on a terminal, silence when asked."""

import io
import re

import pytest

from xpnet.training import Record
from xpnet.training.progress import Bar, Lines, progress_callback


class Terminal(io.StringIO):
    def isatty(self):
        return True


EVALUATED = Record(iteration=600, epoch=1, loss=0.25, train_accuracy=0.9, test_accuracy=0.8765)
PLAIN = Record(iteration=1200, epoch=12, loss=2.30259, train_accuracy=None, test_accuracy=None)
LINES = [
    "epoch   1  iteration    600  loss 0.2500  train acc, test acc | 0.9000, 0.8765",
    "epoch  12  iteration   1200  loss 2.3026",
]


@pytest.mark.parametrize(
    ("progress", "stream", "kinds"),
    [
        (None, io.StringIO, [Lines]),
        (None, Terminal, [Bar]),
        (True, io.StringIO, [Bar]),
        (True, Terminal, [Bar]),
        (False, io.StringIO, []),
        (False, Terminal, []),
    ],
)
def test_the_stream_decides_unless_it_is_told(progress, stream, kinds):
    assert [type(callback) for callback in progress_callback(progress, stream())] == kinds


def test_lines_have_exactly_this_text():
    stream = io.StringIO()
    for record in (EVALUATED, PLAIN):
        Lines(stream).on_record(None, record)
    assert stream.getvalue() == "".join(f"{line}\n" for line in LINES)


def test_a_run_in_a_pipe_prints_a_line_for_each_record(new_trainer, toy, capsys):
    history = new_trainer(test=toy, progress=None).run(iterations=4)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.splitlines() == [
        f"epoch   {r.epoch}  iteration      {r.iteration}  loss {r.loss:.4f}  "
        f"train acc, test acc | {r.train_accuracy:.4f}, {r.test_accuracy:.4f}"
        for r in history.records
    ]
    assert len(history.records) == 2


def test_false_is_silent(new_trainer, toy, capsys):
    new_trainer(test=toy, progress=False).run(epochs=2)
    assert capsys.readouterr() == ("", "")


def bar_output(new_trainer, stream, **options):
    trainer = new_trainer(progress=False, **options)
    trainer.callbacks.append(Bar(stream))
    return trainer, stream


def test_a_bar_prints_the_lines_and_counts_the_steps(new_trainer, toy, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    trainer, stream = bar_output(new_trainer, Terminal(), test=toy)
    record = trainer.run(epochs=1).final
    assert f"epoch   1  iteration      3  loss {record.loss:.4f}" in stream.getvalue()
    without_colours = re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())
    assert "0/3 steps" in without_colours
    assert "3/3 steps" in without_colours


def test_a_bar_leaves_the_cursor_as_it_was(new_trainer, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    trainer, stream = bar_output(new_trainer, Terminal())
    trainer.run(epochs=1)
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert stream.getvalue().count(hidden) == stream.getvalue().count(shown) == 1
    assert stream.getvalue().index(hidden) < stream.getvalue().index(shown)


def test_a_bar_in_a_pipe_keeps_each_record_on_one_line(new_trainer, toy, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    trainer, stream = bar_output(new_trainer, io.StringIO(), test=toy)
    record = trainer.run(epochs=1).final
    accuracies = f"{record.train_accuracy:.4f}, {record.test_accuracy:.4f}"
    lines = [line for line in stream.getvalue().splitlines() if line.startswith("epoch")]
    assert len(lines) == 1
    assert lines[0].endswith(f"train acc, test acc | {accuracies}")


def test_a_bar_serves_several_runs(new_trainer, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    trainer, stream = bar_output(new_trainer, io.StringIO())
    trainer.run(epochs=1)
    trainer.run(epochs=1)
    starts = [line[:27] for line in stream.getvalue().splitlines() if line.startswith("epoch")]
    assert starts == ["epoch   1  iteration      3", "epoch   2  iteration      6"]


@pytest.mark.parametrize("progress", [None, True])
def test_progress_does_not_change_results(new_trainer, toy, progress):
    shown = new_trainer(test=toy, progress=progress).run(epochs=3)
    silent = new_trainer(test=toy, progress=False).run(epochs=3)
    assert shown.losses == silent.losses
    assert shown.records == silent.records
