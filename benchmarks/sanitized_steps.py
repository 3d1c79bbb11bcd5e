"""A few training steps for ``compute-sanitizer python benchmarks/sanitized_steps.py``.

Sizes that fill no block and no warp; plain steps without CuPy's pool, which would hide an access
behind the end of an array. A captured step always has a pool of its own.
"""

from __future__ import annotations

import numpy as np

import xpnet
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.training import Trainer

CASES = (("float32", 7, SGD), ("float64", 33, Adam))


def main() -> None:
    """Print the losses of plain steps and of captured ones, and an accuracy, for each case."""
    rng = np.random.default_rng(0)
    with xpnet.use_backend("cupy") as backend:
        backend.xp.cuda.set_allocator(None)
        for dtype, batch, optimizer in CASES:
            x, t = rng.random((100, 50)).astype(dtype), rng.integers(0, 11, 100)
            net = TwoLayerNet(50, 37, 11, seed=0, dtype=dtype)
            trainer = Trainer(net, optimizer(), (x, t), batch_size=batch, progress=False)
            losses = [float(trainer.step()) for _ in range(2)]
            losses += trainer.run(iterations=4).losses
            print(dtype, losses, trainer.captured, net.accuracy(xpnet.asarray(x), xpnet.asarray(t)))


if __name__ == "__main__":
    main()
