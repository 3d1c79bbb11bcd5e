"""Captured training steps against plain ones on one backend: they have to give the same bits."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from xpnet.backends import Backend
from xpnet.errors import CaptureError
from xpnet.networks import Network
from xpnet.parity.bounds import Bound
from xpnet.parity.check import Check
from xpnet.parity.comparison import compare_results
from xpnet.parity.results import host_copies
from xpnet.training import Trainer

__all__ = ["captured_checks"]

UNTIL_REPLAYS = 2
"""A run does its first step plainly and captures its second."""


def captured_checks(
    net: Network,
    optimizer: Any,
    data: tuple[Any, Any],
    backend: Backend,
    dtype: str,
    *,
    steps: int,
    batch_size: int,
    scale: float | None,
) -> tuple[list[Check], str | None]:
    """The checks of so many replays, and why there are none, where steps are not captured.

    Parameters
    ----------
    net : Network
    optimizer : Optimizer
        Both are copied.
    data : (x, t)
    backend : Backend
    dtype : "float32" or "float64"
    steps, batch_size : int
    scale : float or None

    Returns
    -------
    checks : list of Check
        Of the loss, each parameter, each buffer and each array of the optimizer's state, with a
        bound of 0.
    reason : str or None
    """

    def trainer(capture: bool) -> Trainer:
        return Trainer(
            net.astype(net.backend.dtype(dtype)).to(backend.name),
            copy.deepcopy(optimizer),
            data,
            batch_size=batch_size,
            scale=scale,
            progress=False,
            capture=capture,
        )

    plain = trainer(capture=False)
    against = list(plain.obstacles())
    if against:
        return [], against[0]
    captured = trainer(capture=True)
    checks: dict[str, Check] = {}
    try:
        for each in (plain, captured):
            each.run(iterations=UNTIL_REPLAYS)
    except CaptureError as error:
        return [], str(error)
    for _ in range(steps):
        expected, found = _after_a_step(plain), _after_a_step(captured)
        for name, result in expected.items():
            check = checks.setdefault(name, Check(dtype, name))
            bound = Bound(np.abs(result), 0)
            check.differences.append(compare_results(result, found[name], bound, dtype))
            check.drift.append(0.0)
    return list(checks.values()), None


def _after_a_step(trainer: Trainer) -> dict[str, Any]:
    """Do one step; loss, parameters and state, on the host, by the names of their checks."""
    history = trainer.run(iterations=1)
    results = {"captured loss": np.array(history.losses[-1], str(trainer.net.dtype))}
    kept = {"": trainer.net.params, "buffer": trainer.net.buffers, **trainer.optimizer.state}
    for slot, arrays in kept.items():
        prefix = f"captured {slot} " if slot else "captured "
        results |= {prefix + name: array for name, array in host_copies(arrays).items()}
    return results
