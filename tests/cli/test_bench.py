import json
import subprocess
import sys
from pathlib import Path

import pytest

import xpnet
from xpnet import cli
from xpnet.bench import Benchmark, quick, repeated
from xpnet.bench.results import FORMAT
from xpnet.errors import OptionError
from xpnet.machine import cores

ROOT = Path(xpnet.__file__).parents[1]


def sums():
    benchmark = Benchmark("sums", "of 1,000 numbers", baseline="all")
    benchmark.add("all", repeated(lambda: sum(range(1000))))
    benchmark.add("half of them", repeated(lambda: sum(range(500))))
    benchmark.skip("on a GPU", "no CUDA device")
    return benchmark


@pytest.fixture
def bench(monkeypatch, capsys):
    """``bench("--json", path)`` runs the command on two sums; its exit code, out and err."""
    monkeypatch.setattr(quick, "PARTS", ((sums, 3),))
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
    assert err == "1 of 1: sums, of 1,000 numbers\n"
    headline, table, legend = out.split("\n\n")
    assert f"cores: {cores()}" in " ".join(headline.split())
    head, work, *cases = table.splitlines()
    assert head.split() == ["sums", "time", "relative", "speed"]
    assert work == "of 1,000 numbers"
    assert [line[:16].strip() for line in cases] == ["all", "half of them", "on a GPU"]
    assert cases[2].endswith("no CUDA device")
    assert legend.startswith("Times are medians")


def test_every_line_fits_a_terminal_of_80_columns(bench):
    lines = bench()[1].splitlines()
    assert max(map(len, lines)) <= 80


def test_threads_are_limited_while_it_runs(bench):
    before = cores()
    code, out, err = bench("--threads", 1)
    assert code == 0, err
    assert ", 1 thread; " in " ".join(out.split())
    assert cores() == before


def test_json_holds_the_results(bench, tmp_path):
    path = tmp_path / "results.json"
    assert bench("--json", path)[0] == 0
    document = json.loads(path.read_text())
    assert document["format"] == FORMAT
    assert [row["case"] for row in document["rows"]] == ["all", "half of them", "on a GPU"]
    assert document["machine"]["cores"] == cores()


def test_json_to_stdout_is_one_document_and_the_table_is_on_stderr(bench):
    code, out, err = bench("--json", "-")
    assert code == 0
    assert json.loads(out)["rows"]
    assert "  on a GPU      no CUDA device" in err


def test_quiet_prints_nothing(bench):
    assert bench("--quiet") == (0, "", "")


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--threads", 0), "threads=0: expected a number from 1 to"),
        (("--threads", 10_000), "threads=10000: expected a number from 1 to"),
        (("--json", "no/such/folder/x.json"), "no/such/folder/x.json cannot be written"),
        (("--turns", 5), "No such option: --turns"),
    ],
)
def test_a_bad_option_is_one_line_before_the_work(bench, monkeypatch, options, told):
    monkeypatch.setattr(quick, "PARTS", None)  # the work would fail
    code, out, err = bench(*options)
    assert code == 2
    assert err.startswith("xpnet: ")
    assert err.count("\n") == 1
    assert told in err
    assert out == ""


def failing(error):
    def make():
        raise error

    return ((make, 1),)


def test_a_failed_run_leaves_an_older_file_as_it_was(bench, monkeypatch, tmp_path):
    path = tmp_path / "results.json"
    path.write_text("old")
    monkeypatch.setattr(quick, "PARTS", failing(OptionError("it cannot run")))
    assert bench("--json", path)[0] == 2
    assert path.read_text() == "old"


def test_ctrl_c_is_one_line(bench, monkeypatch):
    monkeypatch.setattr(quick, "PARTS", failing(KeyboardInterrupt()))
    code, out, err = bench("--quiet")
    assert (code, out, err) == (130, "", "xpnet: interrupted\n")


def test_import_xpnet_loads_no_benchmark_and_the_command_loads_no_other_library():
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
