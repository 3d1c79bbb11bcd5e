"""The command in several processes: one answer, one voice, one end."""

from __future__ import annotations

import json
import signal

import pytest

import xpnet
from tests.jobs import started
from xpnet.cli.job import ending_together, joined
from xpnet.distributed.alone import Alone


def arguments(small_data, *more):
    options = ["--data", small_data, "--batch-size", 6, "--backend", "numpy", *more]
    return ["-m", "xpnet", "train", "--distributed", *map(str, options)]


@pytest.fixture
def job(tmp_path, small_data):
    """``job(2, "--lr", 1)`` runs the command in two processes to their end."""

    def run(size, *more):
        with started(*[arguments(small_data, *more)] * size, cwd=tmp_path) as running:
            return running.end()

    return run


def test_a_command_that_is_not_distributed_is_alone():
    assert isinstance(joined(False, "numpy"), Alone)
    with pytest.raises(ZeroDivisionError), ending_together(Alone()):
        raise ZeroDivisionError


def test_a_job_has_the_result_of_one_process_and_writes_and_prints_it_once(
    job, xpnet_command, small_data, tmp_path
):
    options = ["--iterations", 25, "--dropout", 0.2, "--accumulate", 2]
    done = job(2, *options, "--save", "net", "--json", "run.json", "--checkpoint", "kept")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("25 iterations in") == done.out.count("; 2 processes") == 1
    found = json.loads((tmp_path / "run.json").read_text())
    alone = xpnet_command(
        "train", "--data", small_data, "--batch-size", 6, *options, "--json", "-", "--save", "one"
    )
    expected = json.loads(alone.out)
    assert (found["processes"], expected["processes"]) == (2, 1)
    assert found["final"]["test_accuracy"] == expected["final"]["test_accuracy"]
    assert found["final"]["loss"] == pytest.approx(expected["final"]["loss"], rel=1e-5)
    ours, theirs = (xpnet.load(tmp_path / name, backend="numpy") for name in ("net", "one"))
    assert abs(ours.params.flat - theirs.params.flat).max() < 1e-5
    assert sorted(file.name for file in (tmp_path / "kept").iterdir()) == [
        f"iteration-{number:09d}.safetensors" for number in (20, 25)
    ]


def test_options_that_cannot_be_end_the_job_with_one_sentence(job):
    done = job(2, "--batch-size", 1)
    assert done.code != 0
    assert len(done.said) == 1
    assert "batch_size=1: expected at least a row for each part" in done.said[0]


def test_other_options_on_a_rank_end_the_job_with_one_sentence(small_data, tmp_path):
    ranks = arguments(small_data), arguments(small_data, "--schedule", "cosine")
    with started(*ranks, cwd=tmp_path) as running:
        done = running.end()
    assert done.code != 0
    assert done.said == [
        'xpnet: xpnet train: schedule is "constant" on rank 0, "cosine" on rank 1: start every '
        "rank with the same options"
    ]


@pytest.mark.parametrize("how", ["killed", "interrupted"])
def test_a_job_that_was_cut_off_goes_on_from_its_last_checkpoint(
    small_data, tmp_path, xpnet_command, how
):
    endless = ["--iterations", "10000000", "--checkpoint", "run", "--checkpoint-every", "20"]
    command = arguments(small_data, *endless)
    suicide = [
        "-c",
        "import os, signal, sys, threading, xpnet.__main__ as command;"
        "sys.argv = ['xpnet', *sys.argv[1:]];"
        "watch = lambda: [os.path.isdir('run') and len(os.listdir('run')) > 1 "
        "and os.kill(os.getpid(), signal.SIGKILL) for _ in iter(int, 1)];"
        "threading.Thread(target=watch, daemon=True).start();"
        "command.main()",
        *command[2:],
    ]
    with started(command, suicide if how == "killed" else command, cwd=tmp_path) as running:
        if how == "interrupted":
            while not list(tmp_path.glob("run/iteration-*")):
                pass
            running.process.send_signal(signal.SIGINT)
        done = running.end()
    assert done.code != 0
    assert len(done.said) <= 1
    newest = max((tmp_path / "run").glob("iteration-*"))
    steps = int(newest.stem.removeprefix("iteration-"))
    ran = xpnet_command("train", "--resume", "run", "--iterations", steps + 10, "--json", "-")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["iterations"] == steps + 10
