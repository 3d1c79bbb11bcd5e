import io

import pytest

from xpnet.bench.progress import Bar, Display, Lines, display

CONTENDERS = ["xpnet on numpy", "PyTorch compiled"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def two_contests(shown):
    with shown:
        for told, compiles in (("gradient", False), ("training step", True)):
            shown.prepare(told)
            shown.start(CONTENDERS, turns=2, compiles=compiles)
            for _ in range(4):
                shown.tick()


def test_a_terminal_gets_a_bar_a_pipe_lines_and_quiet_neither():
    assert type(display(Terminal(), 2)) is Bar
    assert type(display(io.StringIO(), 2)) is Lines
    assert type(display(Terminal(), 2, quiet=True)) is Display


def test_lines_say_once_what_each_contest_is():
    stream = io.StringIO()
    two_contests(Lines(stream, 2))
    assert stream.getvalue() == "1 of 2: gradient\n2 of 2: training step\n"


def test_silence_is_silent():
    stream = io.StringIO()
    two_contests(Display(stream, 2))
    assert stream.getvalue() == ""


def test_the_bar_names_the_next_contender_and_says_who_compiles(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    two_contests(Bar(stream, 2))
    shown = stream.getvalue()
    words = [
        "setting up: gradient",
        "xpnet on numpy, turn 1 of 2: gradient",
        "PyTorch compiled, turn 1 of 2: gradient",
        "xpnet on numpy, turn 2 of 2: gradient",
        "PyTorch compiled, turn 2 of 2: gradient",
        "setting up: training step",
        "xpnet on numpy, turn 1 of 2 (compilers compile): training step",
        "PyTorch compiled, turn 1 of 2 (compilers compile): training step",
        "xpnet on numpy, turn 2 of 2: training step",
    ]
    places = [shown.find(word) for word in words]
    assert -1 not in places
    assert places == sorted(places)
    assert "turn 3" not in shown


def interrupt(shown):
    with shown:
        shown.prepare("gradient")
        raise KeyboardInterrupt


def test_the_bar_is_taken_away_when_the_work_is_interrupted():
    stream = Terminal()
    with pytest.raises(KeyboardInterrupt):
        interrupt(Bar(stream, 2))
    assert stream.getvalue().endswith("\x1b[1A\x1b[2K")
