import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import xpnet
from xpnet import cli
from xpnet.bench import Results, short
from xpnet.bench.contest import Contest, repeated
from xpnet.bench.machine import cores
from xpnet.errors import OptionError

ROOT = Path(xpnet.__file__).parents[1]


def sums():
    contest = Contest("training step", "a sum")
    contest.enter(contest.ours, repeated(lambda: sum(range(1000))))
    contest.enter("half as many", repeated(lambda: sum(range(500))))
    contest.leave_out("somebody else", "not installed")
    return contest


@pytest.fixture
def bench(monkeypatch, capsys):
    """``bench("--json", path)`` runs the command on two sums; its exit code, out and err."""
    part = short.Part("training step", "a sum", sums, turns=3)
    for module in (short, importlib.import_module("xpnet.cli.bench")):
        monkeypatch.setattr(module, "PARTS", (part,))
    # what the command sets for libraries that are yet to be imported ends with the test
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def run(*options):
        monkeypatch.setattr(sys, "argv", ["xpnet", "bench", *map(str, options)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        return stopped.value.code, *capsys.readouterr()

    return run


def test_it_prints_the_machine_and_the_table_and_its_progress_apart(bench):
    code, out, err = bench()
    assert code == 0, err
    assert err == "1 of 1: training step, a sum\n"
    headline, empty, head, work, ours, *_ = out.splitlines()
    assert f"cores: {cores()}" in headline
    assert empty == ""
    assert head.split() == ["training", "step", "time", "xpnet", "/", "it"]
    assert work == "a sum"
    assert ours.split()[:3] == ["xpnet", "on", "numpy"]
    assert "  somebody else   not installed" in out


def test_threads_are_pinned(bench):
    before = cores()
    code, out, err = bench("--threads", 1)
    assert code == 0, err
    assert ", 1 thread; " in out
    assert cores() == before


def test_json_holds_the_results(bench, tmp_path):
    path = tmp_path / "results.json"
    assert bench("--json", path)[0] == 0
    results = Results.of(json.loads(path.read_text()), str(path))
    assert [row.contender for row in results.rows] == [
        *("xpnet on numpy", "half as many", "somebody else")
    ]
    assert results.machine["cores"] == cores()


def test_json_to_stdout_is_one_document_and_the_table_is_on_stderr(bench):
    code, out, err = bench("--json", "-")
    assert code == 0
    assert Results.of(json.loads(out), "stdout").rows
    assert "  somebody else   not installed" in err


def test_a_picture_is_drawn(bench, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    path = tmp_path / "times.png"
    assert bench("--plot", path)[0] == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_quiet_prints_nothing(bench):
    assert bench("--quiet") == (0, "", "")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--threads", 0), "threads=0: this process may use"),
        (("--threads", 10_000), "threads=10000: this process may use"),
        (("--json", "no/such/folder/x.json"), "no/such/folder/x.json cannot be written"),
        (("--plot", "no/such/folder/x.png"), "no/such/folder/x.png cannot be written"),
        (("--plot", "x.gif"), "x.gif: a picture is .png, .svg or .pdf"),
        (("--turns", 5), "No such option: --turns"),
    ],
)
def test_a_bad_option_is_one_line_before_the_work(bench, monkeypatch, options, told):
    monkeypatch.setattr(short, "PARTS", None)  # the work would fail
    code, out, err = bench(*options)
    assert code == 2
    assert err.startswith("xpnet: ")
    assert err.count("\n") == 1
    assert told in err
    assert out == ""


def test_a_failed_run_leaves_an_older_file_as_it_was(bench, monkeypatch, tmp_path):
    def fail():
        raise OptionError("no such peer")

    path = tmp_path / "results.json"
    path.write_text("old")
    monkeypatch.setattr(short, "PARTS", (short.Part("a", "b", fail, turns=1),))
    assert bench("--json", path)[0] == 2
    assert path.read_text() == "old"


def test_ctrl_c_is_one_line(bench, monkeypatch):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(short, "PARTS", (short.Part("a", "b", interrupt, turns=1),))
    code, out, err = bench("--quiet")
    assert (code, out, err) == (130, "", "xpnet: interrupted\n")


def test_the_front_door_does_not_load_it_and_the_command_loads_no_peer():
    code = (
        "import sys, xpnet; "
        "assert not [name for name in sys.modules if name.startswith('xpnet.bench')]; "
        "import xpnet.cli.bench; "
        "print([name for name in ('torch', 'jax', 'sklearn', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
