"""Faults of a machine, made to happen: a disk that is full, folders that cannot be written."""

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

import xpnet
from xpnet.errors import CheckpointError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Checkpoint, Trainer

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="mounts and signals are those of Linux"
)

DATA = np.eye(4, dtype="float32"), np.arange(4)


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own, of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("no disk can be mounted here: there is no command for it")
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def new_trainer(*callbacks):
    net = TwoLayerNet(4, 1000, 4, seed=0)  # 36 kB: one file fits, and two do not
    options = {"batch_size": 2, "callbacks": callbacks, "progress": False}
    return Trainer(net, SGD(lr=0.1), DATA, **options)


def test_a_full_disk_leaves_the_old_network_and_nothing_beside_it(small_disk):
    net = TwoLayerNet(4, 1000, 4, seed=0)
    net.save(small_disk / "net")
    before = (small_disk / "net").read_bytes()
    with pytest.raises(CheckpointError, match=r"disk/net cannot be written: No space left on dev"):
        TwoLayerNet(4, 1000, 4, seed=1).save(small_disk / "net")
    assert (small_disk / "net").read_bytes() == before
    assert len(list(small_disk.iterdir())) == 1
    assert xpnet.load(small_disk / "net").params.count == net.params.count


def test_a_full_disk_leaves_the_last_checkpoint(small_disk):
    trainer = new_trainer(Checkpoint(small_disk, every=1, keep=1))
    with pytest.raises(CheckpointError, match=r"000000002.* cannot be written: No space left"):
        trainer.run(iterations=3)
    assert [path.name for path in small_disk.iterdir()] == ["iteration-000000001.safetensors"]
    resumed = Trainer.resume(small_disk, DATA, progress=False)
    assert resumed.iteration == 1
    trainer.callbacks.clear()
    trainer.run(iterations=1)  # in memory nothing is lost


def test_a_process_may_write_no_more_than_so_many_bytes(tmp_path):
    code = f"""
import resource, signal
from xpnet.networks import TwoLayerNet
net = TwoLayerNet(4, 1000, 4, seed=0)
net.save({str(tmp_path / "net")!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
net.save({str(tmp_path / "net")!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "net cannot be written: File too large" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["net"]
    xpnet.load(tmp_path / "net")


def test_folders_that_are_read_only_are_refused_and_files_in_them_stay(nobody):
    path = nobody.folder / "net"
    TwoLayerNet(4, 3, 2).save(path)
    path.chmod(0o666)
    before = path.read_bytes()
    with nobody():
        with pytest.raises(CheckpointError, match="cannot be written: Permission denied"):
            TwoLayerNet(4, 3, 2).save(path)
        with pytest.raises(CheckpointError, match=r"cannot be written: Permission denied"):
            new_trainer(Checkpoint(nobody.folder / "run")).run(iterations=1)
        with pytest.raises(CheckpointError, match="cannot be written: Permission denied"):
            new_trainer().save(nobody.folder)
    assert path.read_bytes() == before
    assert [each.name for each in nobody.folder.iterdir()] == ["net"]


def test_a_file_that_may_not_be_read_is_one_error(nobody):
    path = nobody.folder / "net"
    TwoLayerNet(4, 3, 2).save(path)
    path.chmod(0o600)
    with nobody(), pytest.raises(CheckpointError, match="cannot be read: Permission denied"):
        xpnet.load(path)


def test_a_second_interruption_while_a_file_is_written_leaves_the_old_one(tmp_path, monkeypatch):
    TwoLayerNet(4, 3, 2, seed=0).save(tmp_path / "net")
    before = (tmp_path / "net").read_bytes()

    def interrupted(handle):
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        TwoLayerNet(4, 3, 2, seed=1).save(tmp_path / "net")
    assert (tmp_path / "net").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1
