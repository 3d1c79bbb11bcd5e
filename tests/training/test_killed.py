"""SIGKILL at any moment of a run that saves each step: a whole checkpoint is there, and goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from xpnet.networks import TwoLayerNet
from xpnet.optimizers import Adam
from xpnet.training import Callback, Checkpoint, Trainer

KILLS = 60
"""So many at least, and as many more, up to ten times, until each case has been met."""
GOAL = 1_000_000
X = np.random.default_rng(0).normal(size=(64, 8)).astype("float32")
T = (X[:, 0] > 0).astype(int)


class Say(Callback):
    """Tells another process that a run begins."""

    def __init__(self, pipe):
        self.pipe = pipe

    def on_start(self, trainer, goal):
        os.write(self.pipe, b"!")


def new_trainer(*callbacks):
    net = TwoLayerNet(8, 16, 2, weight_init_std="he", seed=0)
    options = {"batch_size": 7, "callbacks": callbacks, "progress": False}
    return Trainer(net, Adam(lr=0.001), (X, T), **options)


def resumed(folder, *callbacks):
    return Trainer.resume(folder, (X, T), callbacks=callbacks, progress=False)


def begin_or_go_on(folder, pipe):
    """A run without end, in a process that is to be killed."""
    callbacks = Say(pipe), Checkpoint(folder, every=1)
    there = any(folder.glob("iteration-*"))
    trainer = resumed(folder, *callbacks) if there else new_trainer(*callbacks)
    trainer.run(iterations=GOAL)


def killed_at(folder, seconds):
    """Kill such a process so long after its run began; whether it was killed."""
    reads, writes = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            begin_or_go_on(folder, writes)
        finally:
            os._exit(1)
    os.close(writes)
    os.read(reads, 1)
    os.close(reads)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(process, 0)[1])


def kill_again_and_again(folder):
    """What the test claims; in a process of its own, since it forks."""
    whole, moments, done, unfinished = new_trainer(), random.Random(0), [0], 0
    for number in range(10 * KILLS):
        if number >= KILLS and done[-1] > 0 and unfinished > 0:
            break
        assert killed_at(folder, moments.uniform(0.0, 0.02))
        unfinished += len(list(folder.glob(".xpnet-*")))
        if not any(folder.glob("iteration-*")):
            continue
        saved = resumed(folder)
        if saved.iteration > whole.iteration:
            whole.run(iterations=saved.iteration - whole.iteration)
        assert saved.net.params.flat.tobytes() == whole.net.params.flat.tobytes()
        assert saved.history.losses == whole.history.losses
        done.append(saved.iteration)
    assert done == sorted(done)
    assert done[-1] > 0
    assert unfinished > 0  # it was killed in the midst of writing, too
    resumed(folder, Checkpoint(folder)).run(iterations=1)
    assert [path.suffix for path in folder.iterdir()] == [".safetensors"] * 2
    print(f"{done[-1]} steps, {unfinished} files unfinished")


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="forks processes that share what is imported"
)
def test_whenever_it_is_killed_a_whole_checkpoint_is_there_and_goes_on_to_the_bit(tmp_path):
    command = [sys.executable, __file__, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "steps" in done.stdout


if __name__ == "__main__":
    kill_again_and_again(Path(sys.argv[1]))
