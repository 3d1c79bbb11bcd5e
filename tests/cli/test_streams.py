"""Whatever the standard streams are, a command does its work and ends without a traceback."""

import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from xpnet.cli.options import check_writable, prepare
from xpnet.cli.streams import Output, OutputLostError, open_descriptors
from xpnet.errors import OptionError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell is bash")


class Lost(io.StringIO):
    """A stream that fails, from the first text on or when it is flushed."""

    encoding = "utf-8"

    def __init__(self, error, at="write"):
        super().__init__()
        self.error, self.at = error, at

    def write(self, text):
        if self.at == "write":
            raise self.error
        return super().write(text)

    def flush(self):
        raise self.error


@pytest.fixture
def shell(tmp_path, small_data):
    """``shell("train ... >&-")``: exit code of xpnet, out and err as bytes, run by bash."""

    def run(line, **variables):
        done = subprocess.run(
            ["bash", "-c", f"{shlex.quote(sys.executable)} -m xpnet {line}"],
            capture_output=True,
            cwd=tmp_path,
            env={**os.environ, "XPNET_BACKEND": "numpy", **variables},
            timeout=120,
            check=False,
        )
        for sign in (b"Traceback", b"Exception ignored", b"Error", b"Broken pipe"):
            assert sign not in done.stderr
        return done.returncode, done.stdout, done.stderr

    return run


SHORT = "train --data data --hidden 5 --batch-size 10 --epochs 2"
OWN_CODE = "; exit ${PIPESTATUS[0]}"


# --- signs that an encoding lacks ------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [
        ("utf-8", "a × b − Σ(‖x‖) 사과"),
        ("ascii", "a x b - sum(|x|) ??"),
        ("cp1252", "a x b - sum(|x|) ??"),
        ("latin-1", "a x b - sum(|x|) ??"),
        ("cp949", "a x b - sum(|x|) 사과"),
        (None, "a × b − Σ(‖x‖) 사과"),
    ],
)
def test_signs_that_an_encoding_lacks_are_replaced(encoding, printed):
    stream = type("Stream", (io.StringIO,), {"encoding": encoding})()
    output = Output(stream)
    print("a × b − Σ(‖x‖) 사과", file=output)
    assert stream.getvalue() == f"{printed}\n"
    assert output.write("×") == 1
    assert output.encoding == encoding
    assert not output.isatty()


def test_what_an_encoding_has_stays():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    print("a × b", file=Output(stream), flush=True)
    assert stream.buffer.getvalue().decode("cp1252").rstrip() == "a × b"


def test_half_a_surrogate_pair_is_replaced():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    print("a\udcffb", file=Output(stream), flush=True)
    assert stream.buffer.getvalue().decode().rstrip() == "a?b"


@pytest.mark.parametrize("encoding", ["cp949", "cp1252", "cp936", "latin-1", "ascii"])
def test_a_graph_is_printed_in_any_encoding(shell, encoding):
    code, out, err = shell("graph softmax", PYTHONIOENCODING=encoding)
    assert (code, err) == (0, b"")
    assert "v5 = v3 / v4" in out.decode(encoding)


@pytest.mark.parametrize("line", ["--help", "train --help"])
def test_help_is_printed_in_any_encoding(shell, line):
    code, out, err = shell(line, PYTHONIOENCODING="cp1252")
    assert (code, err) == (0, b"")
    assert "--help" in out.decode("cp1252")


# --- streams that are closed, or fail ---------------------------------------------------------


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_error_and_files_are_written(shell, tmp_path, closed):
    code, out, err = shell(f"{SHORT} --json run.json {closed}")
    assert code == 0
    assert json.loads((tmp_path / "run.json").read_text())["iterations"] == 12
    assert (b"epoch" in out) is (closed == "2>&-")
    assert err == b""


def test_json_on_stdout_is_nothing_else_where_stderr_is_closed(shell):
    code, out, _ = shell(f"{SHORT} --json - 2>&-")
    assert code == 0
    assert json.loads(out)["iterations"] == 12


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_stdout_may_be_called_by_its_path(shell, name):
    code, out, err = shell(f"info --json {name}")
    assert code == 0
    assert json.loads(out)["cores"] >= 1
    assert b"backends" in err


def test_json_for_a_closed_stdout_is_refused_before_the_work(shell):
    code, out, err = shell(f"{SHORT} --json - >&-")
    assert (code, out) == (2, b"")
    assert err == b"xpnet: - cannot be written: stdout is closed\n"


@pytest.mark.parametrize("files", ["", "--json run.json"])
def test_a_full_stdout_is_one_line_and_code_2_and_files_are_written(shell, tmp_path, files):
    code, _, err = shell(f"{SHORT} {files} >/dev/full")
    assert (code, err) == (2, b"xpnet: stdout: No space left on device\n")
    assert (tmp_path / "run.json").exists() is bool(files)


def test_a_reader_that_leaves_ends_a_command_at_once_and_quietly(shell):
    line = SHORT.replace("--epochs 2", "--epochs 100000000")
    code, out, err = shell(f"{line} | head -1 {OWN_CODE}")
    assert (code, out.count(b"\n"), err) == (141, 1, b"")


@pytest.mark.parametrize("line", [f"{SHORT} --json run.json", "graph softmax --out run.txt"])
def test_a_reader_that_leaves_does_not_keep_files_from_being_written(shell, tmp_path, line):
    code, _, err = shell(f"{line} | true {OWN_CODE}")
    assert (code, err) == (0, b"")
    assert next(tmp_path.glob("run.*")).stat().st_size > 500


def test_a_reader_of_json_that_leaves_does_not_keep_a_picture_from_being_drawn(shell, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    code, _, _ = shell(f"{SHORT} --json - --plot run.png | true {OWN_CODE}")
    assert code == 0
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")


def test_an_error_of_stdout_ends_a_command_and_is_met_once():
    for at in ("write", "flush"):
        output = Output(Lost(BrokenPipeError(), at))
        with pytest.raises(OutputLostError):
            print("text", file=output, flush=True)
        print("more", file=output, flush=True)
        assert isinstance(output.error, BrokenPipeError)


def test_an_error_of_a_forgiving_stream_is_silence():
    output = Output(Lost(OSError(28, "full")), forgiving=True)
    print("text", file=output, flush=True)
    assert output.error.errno == 28


def test_an_error_at_the_end_is_silence_and_python_does_not_meet_it_again():
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        output = Output(stream)
        output.write("text")
        output.end()
        assert isinstance(output.error, BrokenPipeError)
        stream.flush()


def test_a_stream_that_was_closed_takes_everything():
    output = Output(None)
    assert output.write("text") == 4
    output.flush()
    output.end()
    assert (output.closed_before, output.error, output.isatty()) == (True, None, False)
    assert output.getvalue() == ""  # and keeps nothing


def test_no_file_of_a_command_gets_the_number_of_a_closed_stream(tmp_path):
    code = (
        "import os, sys; from xpnet import cli; sys.argv = ['xpnet', '--version']\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "assert os.open('file', os.O_CREAT | os.O_WRONLY) > 2"
    )
    line = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} <&- >&- 2>&-"
    subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True)


def test_descriptors_that_are_closed_are_led_to_nowhere():
    saved = os.dup(0)
    os.close(0)
    try:
        open_descriptors()
        assert os.path.samestat(os.fstat(0), Path(os.devnull).stat())
        assert os.read(0, 1) == b""
    finally:
        os.dup2(saved, 0)
        os.close(saved)


# --- what a command tries, and where its words go ----------------------------------------------


def test_words_go_to_stderr_where_stdout_is_for_json(tmp_path):
    for json_path in (None, str(tmp_path / "run.json")):
        assert prepare(json_path) is sys.stdout
    for json_path in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        assert prepare(json_path) is sys.stderr


def test_words_go_nowhere_where_their_stream_is_closed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    print("words", file=prepare("-"))
    assert capsys.readouterr().out == ""


def test_every_file_is_tried(tmp_path):
    for paths in ((str(tmp_path), None), (None, str(tmp_path)), ("-", None, str(tmp_path))):
        with pytest.raises(OptionError, match="Is a directory"):
            prepare(*paths)


def test_with_files_to_write_the_output_forgives(tmp_path, monkeypatch):
    for paths, forgiving in (
        ((None,), False),
        (("-",), False),
        ((str(tmp_path / "run.json"),), True),
        (("-", str(tmp_path / "run.png")), True),
    ):
        output = Output(io.StringIO())
        monkeypatch.setattr(sys, "stdout", output)
        prepare(*paths)
        assert output.forgiving is forgiving


@pytest.mark.parametrize("closed", [None, Output(None)])
def test_a_closed_stdout_takes_no_json(monkeypatch, closed):
    monkeypatch.setattr(sys, "stdout", closed)
    with pytest.raises(OptionError, match=r"^- cannot be written: stdout is closed$"):
        check_writable("-")
