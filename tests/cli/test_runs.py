"""``xpnet train`` saves networks and runs, and goes on with them."""

import json
import signal
import subprocess
import sys
import time

import pytest

import xpnet
from xpnet.checkpoints import read_tensors, write_tensors
from xpnet.cli.runs import LATER, RECORDED
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer


def small(data, *more):
    return ("train", "--data", data, "--batch-size", 10, "--hidden", 5, *more)


def iterations(folder):
    return sorted(int(path.name[10:19]) for path in folder.iterdir())


def test_the_trained_network_is_saved_with_what_predicting_needs(
    xpnet_command, small_data, tmp_path
):
    ran = xpnet_command(*small(small_data, "--epochs", 2, "--save", "net.safetensors"))
    assert ran.code == 0, ran.err
    net = xpnet.load(tmp_path / "net.safetensors", backend="numpy")
    assert net.sizes == (16, 5, 10)
    assert net.pixel_scale == 1 / 255
    assert net.class_names == tuple("0123456789")


def test_a_path_that_cannot_be_written_is_refused_before_the_work(xpnet_command, small_data):
    ran = xpnet_command(*small(small_data, "--save", "nowhere/net.safetensors"))
    assert (ran.code, ran.out) == (2, "")
    assert "nowhere/net.safetensors cannot be written: No such file or directory" in ran.err


def test_a_resumed_run_saves_the_same_bytes_as_one_in_one_go(xpnet_command, small_data, tmp_path):
    options = "--optimizer", "adam", "--seed", 3, "--dtype", "float64"
    whole = small(small_data, *options, "--iterations", 20, "--save", "whole", "--json", "a.json")
    assert xpnet_command(*whole).code == 0
    part = small(small_data, *options, "--iterations", 7, "--checkpoint", "run")
    assert xpnet_command(*part).code == 0
    rest = "--iterations", 20, "--save", "parts", "--json", "b.json"
    ran = xpnet_command("train", "--resume", "run", *rest)
    assert ran.code == 0, ran.err
    assert "from iteration 7, of run/iteration-000000007.safetensors" in " ".join(ran.out.split())
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "parts").read_bytes()
    a, b = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert (a["resumed_at"], b["resumed_at"]) == (None, 7)
    assert [r for r in b["history"] if r["iteration"] != 7] == a["history"]
    for name in ("network", "optimizer", "lr", "seed", "batch_size", "activation", "final"):
        assert a[name] == b[name]
    assert iterations(tmp_path / "run") == [18, 20]


def test_checkpoints_come_as_often_and_stay_as_many_as_was_said(
    xpnet_command, small_data, tmp_path
):
    options = "--iterations", 10, "--checkpoint", "run", "--checkpoint-every", 2, "--keep", 3
    assert xpnet_command(*small(small_data, *options)).code == 0
    assert iterations(tmp_path / "run") == [6, 8, 10]
    ran = xpnet_command(
        *("train", "--resume", "run", "--epochs", 3, "--checkpoint", "other"),
        *("--checkpoint-every", 4, "--keep", 9),
    )
    assert ran.code == 0, ran.err
    assert iterations(tmp_path / "other") == [12, 16, 18]


def test_a_run_of_a_script_is_not_resumed_by_the_command(xpnet_command, tmp_path):
    x, t = [[0.0, 1.0]] * 4, [0, 1, 0, 1]
    arrays = xpnet.asarray(x, backend="numpy"), xpnet.asarray(t, backend="numpy")
    with xpnet.use_backend("numpy"):
        trainer = Trainer(TwoLayerNet(2, 3, 2), SGD(), arrays, batch_size=2, progress=False)
    trainer.save(tmp_path / "run")
    ran = xpnet_command("train", "--resume", "run")
    assert ran.code == 2
    assert "was not written by xpnet train: go on with it in a script" in " ".join(ran.err.split())


GIVEN = {
    "batch_size": 20,
    "optimizer": "adam",
    "lr": 0.5,
    "hidden": "6",
    "activation": "sigmoid",
    "init": "he",
    "dtype": "float64",
    "seed": 1,
    "replacement": None,
    "threads": 1,
    "validation": 0.2,
    "early_stopping": 3,
    "dropout": 0.5,
    "batch_norm": None,
    "weight_decay": 0.1,
    "schedule": "cosine",
    "warmup": 3,
}


def test_every_option_that_decides_the_run_is_refused_by_name(xpnet_command, small_data):
    assert set(GIVEN) | {"data"} == set(RECORDED)
    assert xpnet_command(*small(small_data, "--epochs", 1, "--checkpoint", "run")).code == 0
    for name, value in GIVEN.items():
        flag = f"--{name.replace('_', '-')}"
        given = [flag] if value is None else [flag, value]
        ran = xpnet_command("train", "--resume", "run", "--epochs", 2, *given)
        assert ran.code == 2
        assert ran.err.startswith((f"xpnet: {flag} ", f"xpnet: {flag}: "))
        assert "the run in run was begun with" in " ".join(ran.err.split())


def test_what_a_run_was_begun_without_is_said(xpnet_command, small_data):
    assert xpnet_command(*small(small_data, "--epochs", 1, "--checkpoint", "run")).code == 0
    for given, words in {
        ("--batch-norm",): "--batch-norm: the run in run was begun without --batch-norm; leave",
        ("--dropout", 0.5): "--dropout 0.5: the run in run was begun without --dropout; leave it",
        ("--seed", 1): "--seed 1: the run in run was begun with 0; leave it out",
    }.items():
        ran = xpnet_command("train", "--resume", "run", "--epochs", 2, *given)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert words in ran.err


def test_a_run_of_an_earlier_version_is_resumed(xpnet_command, small_data, tmp_path):
    assert xpnet_command(*small(small_data, "--epochs", 1, "--checkpoint", "run")).code == 0
    (path,) = (tmp_path / "run").iterdir()
    file = read_tensors(path)
    for name in LATER:
        del file.document.values["run"]["notes"]["xpnet train"][name]
    write_tensors(path, file.arrays, file.document.values)
    ran = xpnet_command("train", "--resume", "run", "--epochs", 2)
    assert ran.code == 0, ran.err


def test_the_options_of_the_run_may_be_given_again(xpnet_command, small_data):
    assert xpnet_command(*small(small_data, "--epochs", 1, "--checkpoint", "run")).code == 0
    again = small(small_data, "--epochs", 2, "--checkpoint", "run", "--resume", "run")
    assert xpnet_command(*again).code == 0


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--resume", "run"], "has done 6 iterations of 6: to go on, give a larger number"),
        (["--resume", "run", "--iterations", 5], "has done 6 iterations of 5"),
        (["--resume", "nowhere"], "the folder nowhere cannot be read: No such file"),
        (["--checkpoint", "run"], "run holds a run that has come to iteration 6: resume it"),
        (["--keep", 2], "--keep 2: expected --checkpoint or --resume with it"),
        (["--checkpoint-every", 2], "--checkpoint-every 2: expected --checkpoint or --resume"),
        (["--checkpoint", "x", "--keep", 0], "--keep: expected a whole number from 1 on, got 0"),
    ],
)
def test_what_cannot_go_on_is_one_line(xpnet_command, small_data, options, words):
    assert xpnet_command(*small(small_data, "--epochs", 1, "--checkpoint", "run")).code == 0
    data = [] if "--resume" in options else ["--data", small_data]
    ran = xpnet_command("train", "--batch-size", 10, "--hidden", 5, *data, *options)
    assert ran.code == 2
    assert words in " ".join(ran.err.split())


def test_data_that_vanished_are_named_and_other_data_are_refused(
    xpnet_command, small_data, tmp_path
):
    assert xpnet_command(*small(small_data, "--epochs", 1, "--checkpoint", "run")).code == 0
    moved = small_data.rename(tmp_path / "moved")
    ran = xpnet_command("train", "--resume", "run", "--epochs", 2)
    assert ran.code == 2
    assert str(small_data) in ran.err.replace("\n", "")
    ran = xpnet_command("train", "--resume", "run", "--epochs", 2, "--data", moved)
    assert ran.code == 0, ran.err
    images = moved / "train-images-idx3-ubyte"
    content = bytearray(images.read_bytes())
    content[-1] ^= 1
    images.write_bytes(content)
    ran = xpnet_command("train", "--resume", "run", "--epochs", 3, "--data", moved)
    assert ran.code == 2
    assert "train: expected x to have crc32" in " ".join(ran.err.split())


def test_a_folder_of_checkpoints_that_vanishes_is_made_again(small_data, tmp_path, backend):
    process = started(small_data, tmp_path, backend)
    for path in [*(tmp_path / "run").glob("iteration-*")]:  # not the one that is being written
        path.unlink(missing_ok=True)
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 143, said
    assert len(list((tmp_path / "run").glob("iteration-*"))) >= 1


def started(data, folder, backend):
    """A long run that has written its first checkpoint."""
    command = [sys.executable, "-m", "xpnet", *map(str, small(data)), "--backend", backend.name]
    command += ["--iterations", "10000000", "--checkpoint", "run", "--checkpoint-every", "50"]
    process = subprocess.Popen(
        [*command, "--save", "net", "--json", "run.json"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(600):
        if list((folder / "run").glob("iteration-*")):
            break
        time.sleep(0.1)
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_signal_keeps_all_that_was_asked_for(
    xpnet_command, small_data, tmp_path, backend, number, code, word
):
    process = started(small_data, tmp_path, backend)
    try:
        process.send_signal(number)
        said = " ".join(process.communicate(timeout=60)[1].split())
    finally:
        process.kill()  # one that took no notice
        process.communicate()
    assert process.returncode == code
    assert said.startswith(f"xpnet: {word} after ")
    assert said.endswith("; to go on: xpnet train --resume run")
    document = json.loads((tmp_path / "run.json").read_text())
    assert document["interrupted"]
    done = document["iterations"]
    assert iterations(tmp_path / "run")[-1] == done
    net = xpnet.load(tmp_path / "net", backend="numpy")
    kept = xpnet.load(tmp_path / "run" / f"iteration-{done:09d}.safetensors", backend="numpy")
    assert net.params.flat.tolist() == kept.params.flat.tolist()
    ran = xpnet_command("train", "--resume", "run", "--iterations", done + 1, "--json", "-")
    assert json.loads(ran.out)["iterations"] == done + 1
