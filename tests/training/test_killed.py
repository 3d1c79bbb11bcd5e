"""SIGKILL at any moment of a run that saves each step: a whole checkpoint is there, and goes on."""

import os
import random
import signal
import sys
import time

import numpy as np
import pytest

from xpnet.networks import TwoLayerNet
from xpnet.optimizers import Adam
from xpnet.training import Checkpoint, Trainer

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="forks processes that share what is imported"
)

KILLS = 200
GOAL = 1_000_000
RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 8)).astype("float32")
T = (X[:, 0] > 0).astype(int)


def new_trainer(**options):
    net = TwoLayerNet(8, 16, 2, weight_init_std="he", seed=0)
    return Trainer(net, Adam(lr=0.001), (X, T), batch_size=7, progress=False, **options)


def forked(work):
    """A process that does the work, and ends without the clean-up of its parent."""
    process = os.fork()
    if process == 0:
        try:
            work()
        finally:
            os._exit(1)
    return process


def killed(process, after):
    """Kill it after so many seconds; whether it was killed, and had not ended by itself."""
    time.sleep(after)
    os.kill(process, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(process, 0)[1])


def begin_or_go_on(folder):
    callbacks = [Checkpoint(folder, every=1)]
    if any(folder.glob("iteration-*")):
        trainer = Trainer.resume(folder, (X, T), callbacks=callbacks, progress=False)
    else:
        trainer = new_trainer(callbacks=callbacks)
    trainer.run(iterations=GOAL)


def test_whenever_it_is_killed_a_whole_checkpoint_is_there_and_goes_on_to_the_bit(tmp_path):
    whole = new_trainer()
    moments, done, unfinished = random.Random(0), [], 0
    for _ in range(KILLS):
        assert killed(forked(lambda: begin_or_go_on(tmp_path)), moments.uniform(0.0, 0.03))
        unfinished += len(list(tmp_path.glob(".xpnet-*")))
        if not any(tmp_path.glob("iteration-*")):
            continue
        saved = Trainer.resume(tmp_path, (X, T), progress=False)
        while whole.iteration < saved.iteration:
            whole.run(iterations=saved.iteration - whole.iteration)
        assert saved.net.params.flat.tobytes() == whole.net.params.flat.tobytes()
        assert saved.history.losses == whole.history.losses
        done.append(saved.iteration)
    assert done == sorted(done)
    assert len(set(done)) > KILLS / 10  # it was killed in the midst of steps, again and again
    assert unfinished > 0  # and in the midst of writing
    last = Trainer.resume(tmp_path, (X, T), callbacks=[Checkpoint(tmp_path)], progress=False)
    last.run(iterations=1)
    assert [path.suffix for path in tmp_path.iterdir()] == [".safetensors"] * 2
