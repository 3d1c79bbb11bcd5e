"""Results as benchmarks make them, with numbers that are easy to follow."""

import pytest

from xpnet.bench import Result, Results, Spread

MACHINE = {
    "date": "2030-01-02",
    "commit": "abc1234",
    "cpu": "Some CPU",
    "cores": 2,
    "blas": ["openblas 1.2 (Big), 2 threads"],
    "gpu": "no CUDA device (cupy is not installed)",
    "platform": "Some system",
    "python": "3.13.0",
    "packages": {"xpnet": "0.1.0", "numpy": "2.4.0"},
}


@pytest.fixture
def results():
    """Two works that are compared, and a grid of two sizes and two batches, without a GPU."""
    step = "training step", "784-50-10, batch 100"
    large = "training step", "784-512-10, batch 512"
    rows = [
        Result(*step, "xpnet on numpy", Spread(4e-4, 3e-4, 5e-4)),
        Result(*step, "PyTorch eager", Spread(8e-4, 6e-4, 9e-4), Spread(0.5, 0.4, 0.6)),
        Result(*step, "JAX jit", note="jax is not installed: pip install 'xpnet[contenders]'"),
        Result(*step, "xpnet on cupy", note="no CUDA device"),
        Result(*large, "xpnet on numpy", Spread(0.01, 0.009, 0.02)),
        Result(
            *large, "PyTorch eager", Spread(0.02, 0.01, 0.03), Spread(0.5, 0.5, 1.0), note="cold"
        ),
    ]
    for batch in (100, 1000):
        for hidden in (512, 50):
            cell = "crossover", f"784-{hidden}-10, batch {batch:,}"
            time = 1e-8 * hidden * batch
            rows.append(Result(*cell, "xpnet on numpy", Spread(time, 0.9 * time, 1.2 * time)))
            rows.append(Result(*cell, "xpnet on cupy", note="no CUDA device"))
    return Results(rows, dict(MACHINE))
