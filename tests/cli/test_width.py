import io

from xpnet.cli.width import line_width


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_has_its_columns_and_a_pipe_the_width_that_was_asked_for(monkeypatch):
    monkeypatch.setenv("COLUMNS", "57")
    assert line_width(Terminal(), elsewhere=80) == 57
    assert line_width(io.StringIO(), elsewhere=80) == 80
