"""Adam's training steps at the start of a run and after eight epochs.

A GPU is as fast with subnormal numbers as with others: there is no case for it.
"""

from __future__ import annotations

import pytest
from aims import Aim
from contenders import CONTENDERS
from contenders.pytorch import CPU, pytorch_model
from problems import CHAPTER

from xpnet.backends import use_backend
from xpnet.bench import Benchmark
from xpnet.optimizers import Adam
from xpnet.training import Trainer

EPOCHS = 8
STEPS, TURNS = 40, 15
START, LATE = "at the start", f"after {EPOCHS} epochs"
OURS, THEIRS = "xpnet", "PyTorch eager"
AIMS = [Aim(f"{OURS}, {LATE}", at_least=0.7), Aim(f"{THEIRS}, {LATE}", at_most=0.8)]


def xpnet_steps(data, weight_decay):
    """`Trainer.run`, which waits for the losses."""
    net, adam = CHAPTER.network(), Adam(weight_decay=weight_decay)
    trainer = Trainer(net, adam, (data.x, data.t), batch_size=CHAPTER.batch, progress=False)
    return lambda steps: trainer.run(iterations=steps).losses[-1]


def pytorch_steps(data, weight_decay):
    """The same with ``torch.optim.Adam``."""
    import torch

    x, t, indices = torch.from_numpy(data.x), torch.from_numpy(data.t), CHAPTER.indices()
    model = pytorch_model(torch, CHAPTER, CPU)
    decays = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in model.parameters() if p.ndim == 1]},
    ]
    adam, cross_entropy = torch.optim.Adam(decays, lr=0.001), torch.nn.CrossEntropyLoss()

    def run(steps):
        for _ in range(steps):
            index = torch.from_numpy(next(indices))
            adam.zero_grad()
            loss = cross_entropy(model(x[index]), t[index])
            loss.backward()
            adam.step()
        return float(loss.detach())

    return run


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
