import io

from xpnet.cli.width import line_width, wrapped


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_has_its_columns_and_a_pipe_the_width_that_was_asked_for(monkeypatch):
    monkeypatch.setenv("COLUMNS", "57")
    assert line_width(Terminal(), elsewhere=80) == 57
    assert line_width(io.StringIO(), elsewhere=80) == 80


def test_a_line_is_broken_between_words_for_a_terminal_alone(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    text = "a line of text with SGD(learning-rate-of=0.1) in it"
    assert wrapped(text, io.StringIO()) == text
    lines = ["a line of text with", "SGD(learning-rate-of=0.1)", "in it"]
    assert wrapped(text, Terminal()).splitlines() == lines
