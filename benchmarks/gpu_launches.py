"""What one launch costs the host, and where a step's time goes, on a GPU.

The host is timed over launches that it does not wait for: few enough that the queue of the device
is never full. At small sizes that is a step's time; the rest is until the device is idle.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from problems import CHAPTER, LR

from xpnet.backends import asarray, get_backend, use_backend
from xpnet.bench import Result, spread
from xpnet.bench.benchmark import GPU, NOT_TIMED
from xpnet.bench.case import NO_DEVICE
from xpnet.machine import cuda_device
from xpnet.optimizers import SGD
from xpnet.training import Trainer

__all__ = ["HOST", "TABLE", "TO_IDLE", "Launches"]

TABLE = "launch"
HOST, TO_IDLE = "the host, without a wait", "until the device is idle"
REPEATS = 100
"""Launches between two waits."""


class Launches:
    """The pieces of the chapter's training step, and the step, with results as a `Benchmark`'s."""

    def results(self, turns: int, *, timed: bool = True, warm: bool = True) -> list[Result]:
        """Two results for each piece; without `timed` each is launched once."""
        if cuda_device().kind == "none":
            return [Result(TABLE, "a launch", GPU, note=NO_DEVICE)]
        with use_backend("cupy"):
            rows = []
            for work, launch in pieces().items():
                launch()  # compiles
                if timed:
                    rows += _timed(work, launch, turns)
                else:
                    rows.append(Result(TABLE, work, HOST, note=NOT_TIMED))
            return rows


def pieces() -> dict[str, Callable[[], object]]:
    """What to launch, at the sizes of 784-50-10 with batches of 100."""
    backend = get_backend()
    xp = backend.xp
    rng = np.random.default_rng(0)

    def numbers(*shape: int):
        return asarray(rng.random(shape, dtype="float32"))

    data = CHAPTER.data()
    x, W, h, b, scores = (numbers(*s) for s in ((100, 784), (784, 50), (100, 50), (50,), (100, 10)))
    dW, db = xp.empty_like(W), xp.empty_like(b)
    flat, grads = numbers(39_760), numbers(39_760)
    labels, index = data.t[:100], asarray(np.arange(100))
    net = CHAPTER.network()
    trainer = Trainer(net, SGD(LR), (data.x, data.t), batch_size=CHAPTER.batch, progress=False)
    captured = backend.capture(trainer.step)
    return {
        "x @ W": lambda: backend.matmul(x, W),
        "x.T @ dout, into dW": lambda: backend.matmul(x.T, h, out=dW),
        "h += b": lambda: xp.add(h, b, out=h),
        "ReLU with its mask": lambda: backend.relu_with_mask(h),
        "sum over rows, into db": lambda: xp.sum(h, axis=0, out=db),
        "softmax with loss (2 launches)": lambda: backend.softmax_with_loss(scores, labels),
        "gather": lambda: backend.gather(data.x, data.t, index, x.dtype),
        "SGD": lambda: backend.update(SGD.rule, flat, grads, [], {"lr": LR}),
        "an array of CuPy's pool": lambda: xp.empty((100, 50), dtype="float32"),
        "a training step (15 launches)": trainer.step,
        **({"the same step, captured (1 launch)": captured} if captured else {}),
    }


def _timed(work: str, launch: Callable[[], object], turns: int) -> list[Result]:
    backend = get_backend()
    host, to_idle = [], []
    for _ in range(turns):
        backend.synchronize()
        begun = time.perf_counter()
        for _ in range(REPEATS):
            launch()
        ordered = time.perf_counter()
        backend.synchronize()
        host.append((ordered - begun) / REPEATS)
        to_idle.append((time.perf_counter() - begun) / REPEATS)
    return [
        Result(TABLE, work, HOST, spread(host)),
        Result(TABLE, work, TO_IDLE, spread(to_idle)),
    ]
