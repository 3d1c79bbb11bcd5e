"""Adam's training steps at the start of a run and after eight epochs.

No case is on a GPU: CuPy compiles kernels so that they flush subnormal numbers themselves.
"""

from __future__ import annotations

import pytest
from aims import Aim
from contenders import CONTENDERS
from contenders.pytorch import pytorch_eager_learner
from problems import CHAPTER

from xpnet.backends import use_backend
from xpnet.bench import Benchmark
from xpnet.bench.steps import training_steps
from xpnet.optimizers import Adam

EPOCHS = 8
STEPS, TURNS = 40, 15
START, LATE = "at the start", f"after {EPOCHS} epochs"
OURS, THEIRS = "xpnet", "PyTorch eager"
AIMS = [Aim(f"{OURS}, {LATE}", at_least=0.7), Aim(f"{THEIRS}, {LATE}", at_most=0.8)]


def xpnet_steps(data, weight_decay):
    """`Trainer.run` with Adam."""
    adam, train = Adam(weight_decay=weight_decay), (data.x, data.t)
    return training_steps(CHAPTER.network(), train, CHAPTER.batch, optimizer=adam)


def pytorch_steps(data, weight_decay):
    """The same with ``torch.optim.Adam``, which leaves the biases alone too."""

    def adam(model):
        import torch

        weights, biases = ([p for p in model.parameters() if p.ndim == n] for n in (2, 1))
        decaying = {"params": weights, "weight_decay": weight_decay}
        return torch.optim.Adam([decaying, {"params": biases}], lr=0.001)

    return pytorch_eager_learner(CHAPTER, data, adam).run


@pytest.mark.parametrize("weight_decay", [0, 1e-4])
def bench_step(benchmark, report, weight_decay):
    work = f"{CHAPTER.name}, Adam(weight_decay={weight_decay:g})"
    made = Benchmark("late training step", work, baseline=f"{OURS}, {START}", units=STEPS)
    with use_backend("numpy"):
        data = CHAPTER.data()
        before = len(data.x) // CHAPTER.batch * EPOCHS if benchmark.enabled else 1
        for name, make in ((OURS, xpnet_steps), (THEIRS, pytorch_steps)):
            absence = "" if name == OURS else CONTENDERS[name].absence
            if absence:
                made.skip(f"{name}, {LATE}", absence)
                continue
            made.add(f"{name}, {START}", make(data, weight_decay))
            late = make(data, weight_decay)
            late(before)
            made.add(f"{name}, {LATE}", late)
        report(made, TURNS, aims=AIMS)
