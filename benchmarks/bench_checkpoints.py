"""What it costs to keep a network and a run: beside `numpy.save`, and beside a run without."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from aims import Aim
from problems import CHAPTER, LR

from xpnet.backends import use_backend
from xpnet.bench import Benchmark, repeated
from xpnet.datasets import load_mnist
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.training import Checkpoint, Trainer

PLAIN, SAVE, CHECKPOINT = "numpy.save and fsync", "Network.save", "Trainer.save, with Adam"
WITHOUT, WITH = "a run without checkpoints", "with one an epoch"
FILES = [Aim(name, at_least=1 / 1.5) for name in (SAVE, CHECKPOINT)]
EPOCHS, RUN = 17, [Aim(WITH, at_least=1 / 1.05)]


def saved_plainly(path, array):
    """The same bytes, on the disk when it returns."""
    with Path(path).open("wb") as stream:
        np.save(stream, array)
        stream.flush()
        os.fsync(stream.fileno())


def large_trainer():
    """Of 4 million parameters, with the state that Adam keeps beside them."""
    net = MultiLayerNet(784, [1800, 1400], 10, seed=0)
    rng = np.random.default_rng(0)
    data = rng.random((20, 784), dtype="float32"), rng.integers(0, 10, 20)
    trainer = Trainer(net, Adam(), data, batch_size=10, progress=False)
    trainer.run(iterations=2)
    return trainer


@pytest.mark.parametrize("name", [SAVE, CHECKPOINT])
def bench_files(report, tmp_path, name):
    with use_backend("numpy"):
        trainer = large_trainer()
        save = {
            SAVE: lambda: trainer.net.save(tmp_path / "net.safetensors"),
            CHECKPOINT: lambda: trainer.save(tmp_path / "run"),
        }[name]
        save()
        size = max(path.stat().st_size for path in tmp_path.rglob("*.safetensors"))
        array = np.random.default_rng(0).random(size // 4, dtype="float32")
        work = f"{trainer.net.params.count / 1e6:.1f} million parameters, {size / 1e6:.1f} MB"
        made = Benchmark("checkpoint", work, baseline=PLAIN)
        made.add(PLAIN, repeated(lambda: saved_plainly(tmp_path / "plain.npy", array)))
        made.add(name, repeated(save))
        report(made, 25, aims=FILES)


def chapter_run(folder):
    """The chapter's run of so many epochs, evaluated after each; with a folder, checkpointed."""
    train, test = load_mnist(normalize=False)

    def run(epochs):
        callbacks = []
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
            callbacks = [Checkpoint(folder)]
        options = {"batch_size": CHAPTER.batch, "scale": 1 / 255, "progress": False}
        net = CHAPTER.network()
        trainer = Trainer(net, SGD(LR), train, test=test, callbacks=callbacks, **options)
        trainer.run(epochs=epochs)

    return run


def bench_epochs(report, tmp_path):
    made = Benchmark("checkpoint", "an epoch of the chapter's run", units=EPOCHS, baseline=WITHOUT)
    with use_backend("numpy"):
        made.add(WITHOUT, chapter_run(None))
        made.add(WITH, chapter_run(tmp_path / "run"))
        report(made, 7, warm=False, aims=RUN)
