import csv
import io
import json
import subprocess
import sys

import pytest

from xpnet.cli.outcome import write_history
from xpnet.training import History, Record

HEADER = "iteration,epoch,loss,train_accuracy,test_accuracy"
SMALL = "--batch-size", 10, "--hidden", 5


def test_json_and_csv_hold_the_same_records(xpnet_command, small_data, tmp_path):
    files = "--json", tmp_path / "run.json", "--csv", tmp_path / "run.csv"
    ran = xpnet_command("train", "--data", small_data, *SMALL, "--epochs", 2, *files)
    assert ran.code == 0, ran.err
    text = (tmp_path / "run.csv").read_text()
    assert text.startswith(f"{HEADER}\n6,1,")
    document = json.loads((tmp_path / "run.json").read_text())
    rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]
    assert rows == document["history"]


def test_csv_to_stdout_is_alone_there(xpnet_command, small_data):
    ran = xpnet_command("train", "--data", small_data, *SMALL, "--iterations", 4, "--csv", "-")
    header, row = ran.out.splitlines()
    assert (header, row[:4]) == (HEADER, "4,1,")
    assert "train acc, test acc |" in ran.err


def test_only_one_of_them_goes_to_stdout(xpnet_command, small_data):
    ran = xpnet_command("train", "--data", small_data, "--json", "-", "--csv", "-")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "xpnet: --json - and --csv -: only one of them can be stdout\n"


def test_a_csv_that_cannot_be_written_is_refused_before_the_work(xpnet_command, small_data):
    ran = xpnet_command("train", "--data", small_data, "--csv", "nowhere/run.csv")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "nowhere/run.csv cannot be written" in ran.err


def test_divergence_leaves_the_records_as_csv(xpnet_command, small_data, tmp_path):
    path = tmp_path / "run.csv"
    ran = xpnet_command("train", "--data", small_data, *SMALL, "--lr", 1e30, "--csv", path)
    assert ran.code == 1
    assert path.read_text().startswith(f"{HEADER}\n")


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_run_that_was_cut_off_is_written_too(tmp_path, interrupted):
    history = History([Record(3, 1, 0.5, None, None)], [1.0, 0.7, 0.5], interrupted=interrupted)
    write_history(history, {"seed": 0}, str(tmp_path / "a.json"), str(tmp_path / "a.csv"))
    assert (tmp_path / "a.csv").read_text() == f"{HEADER}\n3,1,0.5,,\n"
    assert json.loads((tmp_path / "a.json").read_text())["interrupted"] is interrupted


def test_a_run_is_written_for_tensorboard(xpnet_command, small_data, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    options = "--epochs", 2, "--tensorboard", tmp_path / "board"
    ran = xpnet_command("train", "--data", small_data, *SMALL, *options)
    assert (ran.code, ran.err) == (0, "")
    assert len(list((tmp_path / "board").glob("events.out.tfevents.*"))) == 1


def test_a_report_of_the_run_is_written_with_its_command(xpnet_command, small_data, tmp_path):
    pytest.importorskip("jinja2", reason="reports need the extra 'report'")
    pytest.importorskip("matplotlib", reason="reports need the extra 'report'")
    path = tmp_path / "run.html"
    options = "--epochs", 2, "--report", path
    ran = xpnet_command("train", "--data", small_data, *SMALL, *options)
    assert (ran.code, ran.err) == (0, "")
    page = path.read_text(encoding="utf-8")
    assert f"<code>xpnet train --data {small_data} --batch-size 10" in page
    assert "Noted: xpnet train" in page


def test_a_report_is_written_of_a_run_that_diverged(xpnet_command, small_data, tmp_path):
    pytest.importorskip("jinja2", reason="reports need the extra 'report'")
    pytest.importorskip("matplotlib", reason="reports need the extra 'report'")
    path = tmp_path / "run.html"
    ran = xpnet_command("train", "--data", small_data, *SMALL, "--lr", 1e30, "--report", path)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "The run has diverged" in path.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_refused_before_the_work(xpnet_command, small_data):
    ran = xpnet_command("train", "--data", small_data, "--report", "report.pdf")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "expected a report to end in .html or .htm, got report.pdf" in ran.err


def test_a_report_is_written_of_a_run_that_was_ended(small_data, tmp_path, backend):
    pytest.importorskip("jinja2", reason="reports need the extra 'report'")
    pytest.importorskip("matplotlib", reason="reports need the extra 'report'")
    path = tmp_path / "run.html"
    options = "--data", small_data, *SMALL, "--backend", backend.name, "--report", path
    command = [sys.executable, "-u", "-m", "xpnet", "train", *map(str, options)]
    with subprocess.Popen(
        [*command, "--iterations", "100000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as process:
        try:
            for line in process.stdout:
                if line.startswith("epoch"):
                    process.terminate()
                    break
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 143
    assert "of 100,000,000." in path.read_text(encoding="utf-8")
