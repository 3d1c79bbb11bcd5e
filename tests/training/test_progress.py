"""Progress: lines in a pipe or a notebook, a bar on a terminal, silence when asked."""

import builtins
import copy
import dataclasses
import io
import re
import sys
from contextlib import redirect_stdout
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pytest

from xpnet.errors import OptionError
from xpnet.training import Callback, Record
from xpnet.training.progress import Bar, Lines, progress_callback


class Terminal(io.StringIO):
    def isatty(self):
        return True


EVALUATED = Record(iteration=600, epoch=1, loss=0.25, train_accuracy=0.9, test_accuracy=0.8765)
PLAIN = Record(iteration=1200, epoch=12, loss=2.30259, train_accuracy=None, test_accuracy=None)
VALIDATED = dataclasses.replace(PLAIN, validation_loss=0.30259, validation_accuracy=0.875)
SCORED = dataclasses.replace(PLAIN, train_score=0.75, test_score=-0.5)
HELD_BACK = dataclasses.replace(PLAIN, validation_loss=0.30259, validation_score=0.875)
LINES = [
    "epoch   1  iteration    600  loss 0.2500  train acc, test acc | 0.9000, 0.8765",
    "epoch  12  iteration   1200  loss 2.3026",
    "epoch  12  iteration   1200  loss 2.3026  val loss, val acc | 0.3026, 0.8750",
    "epoch  12  iteration   1200  loss 2.3026  train R2, test R2 | 0.7500, -0.5000",
    "epoch  12  iteration   1200  loss 2.3026  val loss, val R2 | 0.3026, 0.8750",
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
    assert [type(callback) for callback in progress_callback(progress, stream=stream())] == kinds


def test_lines_have_exactly_this_text():
    stream = io.StringIO()
    for record in (EVALUATED, PLAIN, VALIDATED, SCORED, HELD_BACK):
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


def test_a_copy_made_in_a_run_has_no_bar_to_end(new_trainer):
    copies = []

    class Copy(Callback):
        def on_record(self, trainer, record):
            copies.append(copy.deepcopy(bar))

    trainer, _ = bar_output(new_trainer, io.StringIO())
    (bar,) = trainer.callbacks
    trainer.callbacks.append(Copy())
    trainer.run(epochs=1)
    copies[0].on_end(trainer, trainer.history)  # as if a callback had failed in its on_start


@pytest.mark.parametrize("progress", [None, True])
def test_progress_does_not_change_results(new_trainer, toy, progress):
    shown = new_trainer(test=toy, progress=progress).run(epochs=3)
    silent = new_trainer(test=toy, progress=False).run(epochs=3)
    assert shown.losses == silent.losses
    assert shown.records == silent.records


# --- where it is shown -------------------------------------------------------------------------


@pytest.mark.parametrize("progress", [Bar, Lines, "yes", 0, 1, [], print])
def test_what_is_neither_true_nor_false_is_refused(new_trainer, progress):
    with pytest.raises(OptionError, match=r"expected progress to be True \(a bar\), False"):
        new_trainer(progress=progress)


@pytest.mark.parametrize("progress", [np.True_, np.False_])
def test_a_bool_of_numpy_is_one(progress):
    assert len(progress_callback(progress)) == int(progress)


@pytest.mark.parametrize("progress", [None, True])
def test_a_process_without_stdout_trains(new_trainer, monkeypatch, progress):
    monkeypatch.setattr(sys, "stdout", None)
    assert new_trainer(progress=progress).run(epochs=1).final.iteration == 3


def test_a_stdout_that_cannot_say_what_it_is_gets_lines(new_trainer, monkeypatch):
    class Pane:
        """As some editors put it in the place of stdout."""

        def __init__(self):
            self.text = ""

        def write(self, text):
            self.text += text

        def flush(self): ...

    pane = Pane()
    monkeypatch.setattr(sys, "stdout", pane)
    new_trainer(progress=None).run(epochs=1)
    assert pane.text.startswith("epoch   1")


def test_by_default_it_is_shown_where_stdout_is_at_the_time(new_trainer):
    trainer = new_trainer(progress=None)
    stream = io.StringIO()
    with redirect_stdout(stream):
        trainer.run(epochs=1)
    assert stream.getvalue().startswith("epoch   1  iteration      3")


@pytest.fixture
def shell(monkeypatch):
    """Puts what rich looks at in the place of IPython's shell, which need not be installed."""

    def put(name):
        found = type(name, (), {})()
        monkeypatch.setattr(builtins, "get_ipython", lambda: found, raising=False)
        monkeypatch.delenv("DATABRICKS_RUNTIME_VERSION", raising=False)
        monkeypatch.setitem(sys.modules, "ipywidgets", None)

    return put


@pytest.mark.parametrize(
    ("progress", "stream", "kinds"),
    [
        (None, io.StringIO, [Lines]),
        (None, Terminal, [Lines]),
        (True, io.StringIO, [Lines]),
        (True, Terminal, [Lines]),
        (False, Terminal, []),
    ],
)
def test_a_notebook_without_ipywidgets_gets_lines(shell, progress, stream, kinds):
    shell("ZMQInteractiveShell")
    found = progress_callback(progress, stream=stream())
    assert [type(callback) for callback in found] == kinds


def test_a_notebook_with_ipywidgets_gets_a_bar_when_asked(shell, monkeypatch):
    shell("ZMQInteractiveShell")
    widgets = ModuleType("ipywidgets")
    widgets.__spec__ = ModuleSpec("ipywidgets", None)
    monkeypatch.setitem(sys.modules, "ipywidgets", widgets)
    assert type(progress_callback(True)[0]) is Bar
    assert type(progress_callback(None, stream=io.StringIO())[0]) is Lines


def test_ipython_in_a_terminal_gets_a_bar(shell):
    shell("TerminalInteractiveShell")
    assert type(progress_callback(None, stream=Terminal())[0]) is Bar


def test_a_run_in_a_notebook_prints_plain_lines(shell, new_trainer, capsys):
    shell("ZMQInteractiveShell")
    new_trainer(progress=True).run(epochs=2)
    captured = capsys.readouterr()
    assert captured.err == ""
    starts = [line[:27] for line in captured.out.splitlines()]
    assert starts == ["epoch   1  iteration      3", "epoch   2  iteration      6"]


class Chunks(io.StringIO):
    """A stream that notes what it held at each flush, as a pipe would show it."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def flush(self):
        self.shown.append(self.getvalue())


def test_a_line_is_flushed_when_its_record_is_there():
    stream = Chunks()
    lines = Lines(stream)
    for record in (EVALUATED, PLAIN):
        lines.on_record(None, record)
    assert stream.shown == [f"{LINES[0]}\n", f"{LINES[0]}\n{LINES[1]}\n"]


def test_the_bar_moves_between_records(new_trainer, monkeypatch):
    """Sixty rows in batches of 1 are one epoch, and its 50th step is seen before its record."""
    seen = []

    class Look(Callback):
        def on_step(self, trainer, loss):
            seen.append(bar._bar.tasks[0].completed)

    trainer, _ = bar_output(new_trainer, io.StringIO(), batch_size=1)
    (bar,) = trainer.callbacks
    trainer.callbacks.append(Look())
    trainer.run(epochs=1)
    assert seen == [0] * 49 + [50] * 11
