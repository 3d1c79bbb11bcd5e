"""certify: train on two backends side by side, and compare every operation of every step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xpnet.backends import Array, load_backend, to_numpy
from xpnet.checks import check_memory, whole_number
from xpnet.errors import NonFiniteLossError, OptionError
from xpnet.initializers import seeded
from xpnet.networks import Network
from xpnet.optimizers import SGD
from xpnet.parity.certificate import Certificate, Check
from xpnet.parity.comparison import compare, compare_results
from xpnet.parity.layer_rules import LAYER_RULES
from xpnet.parity.passes import loss_name
from xpnet.parity.twins import Runner, pairs
from xpnet.parity.update_rules import UPDATE_RULES
from xpnet.training.data import checked_set

__all__ = ["certify"]


def certify(
    net: Network,
    data: tuple[Array, Array],
    backends: Sequence[str] = ("numpy", "cupy"),
    optimizer: Any = None,
    steps: int = 5,
    batch_size: int = 100,
    seed: Any = 0,
    scale: float | None = None,
    dtypes: Sequence[str] = ("float32", "float64"),
    rules: Mapping[type, Any] | None = None,
) -> Certificate:
    """Whether two backends compute the same, up to the rounding they may differ by.

    How the bounds are derived stands at the top of `xpnet.parity`.

    Parameters
    ----------
    net : Network
        Copied; stays as it is.
    data : (x, t)
        Rows and labels, arrays of any backend.
    backends : two names
        The run is the first's; the second computes each of its operations again.
    optimizer : Optimizer, optional
        Copied. By default ``SGD(lr=0.1)``.
    steps, batch_size : int
    seed : int, numpy Generator or None
        Of the batches.
    scale : float, optional
        Multiplies each batch: 1/255 for uint8 pixels.
    dtypes : sequence of "float32" and "float64"
    rules : mapping of types to rules, optional
        How far your own layers (`LayerRule`) and optimizers (`UpdateRule`) may be off. Without
        one they are compared, but not passed.

    Returns
    -------
    Certificate

    Raises
    ------
    BackendError
        A backend is unknown or cannot run here; the message says why.
    OptionError, ShapeError, LabelError, DataError
        An option or the data cannot be used.
    NonFiniteLossError
        The first backend's run ran away: NaN equals NaN, and would certify nothing.

    Examples
    --------
    >>> from xpnet.parity import certify
    >>> rng = np.random.default_rng(0)
    >>> data = rng.normal(size=(40, 6)), rng.integers(0, 3, 40)
    >>> net = TwoLayerNet(6, 8, 3, weight_init_std="he", seed=0)
    >>> certificate = certify(net, data, backends=("numpy", "numpy"), steps=2, batch_size=10)
    >>> certificate.passed
    True
    """
    first, second = (load_backend(name) for name in _pair(backends))
    steps, batch_size = whole_number("steps", steps), whole_number("batch_size", batch_size)
    x, t = checked_set(net, data, "data", scale)
    data, rows = (to_numpy(x), to_numpy(t)), int(x.shape[0])
    if batch_size > rows:
        raise OptionError(f"batch_size={batch_size}: the data has {rows} rows")
    optimizer = SGD(lr=0.1) if optimizer is None else optimizer
    if isinstance(optimizer, type) or not hasattr(optimizer, "update"):
        raise OptionError(f"optimizer is {optimizer!r}: wanted an object, such as SGD(lr=0.1)")
    if getattr(optimizer, "state", None):
        raise OptionError(f"optimizer is {optimizer!r}, which has taken steps: wanted a new one")
    rng = seeded(seed)
    check_memory(f"steps={steps}", 8 * steps * batch_size)
    batches = [rng.permutation(rows)[:batch_size] for _ in range(steps)]
    known = {**LAYER_RULES, **UPDATE_RULES, **(rules or {})}
    checks: list[Check] = []
    for dtype in _checked(dtypes):
        ours, theirs, free = (
            Runner(net, optimizer, data, backend, dtype) for backend in (first, second, second)
        )
        found: dict[str, Check] = {}
        with np.errstate(all="ignore"):  # what overflows is compared, too
            for step, index in enumerate(batches, 1):
                drifted = free.free_step(index, scale)
                for pair in pairs(ours, theirs, index, scale, known):
                    if pair.name == f"{loss_name(net)}.forward":
                        _check_finite(float(pair.ours), step, optimizer)
                    check = found.setdefault(pair.name, Check(dtype, pair.name))
                    difference = compare_results(pair.ours, pair.theirs, pair.bound, dtype)
                    check.differences.append(difference)
                    drift = compare(pair.ours, drifted[pair.name], None, dtype)
                    check.drift.append(drift.relative)
        checks += found.values()
    names, devices = (first.name, second.name), (first.device, second.device)
    return Certificate(names, devices, steps, tuple(checks))


def _check_finite(loss: float, step: int, optimizer: Any) -> None:
    if not math.isfinite(loss):
        raise NonFiniteLossError(
            f"the loss is {loss} at step {step}, and nothing can be compared: try a smaller "
            f"learning rate (the optimizer is {optimizer!r}), smaller initial weights, or inputs "
            "of smaller size",
            step,
        )


def _pair(backends: Sequence[str]) -> tuple[str, str]:
    if isinstance(backends, str) or len(backends) != 2:
        raise OptionError(f"backends={backends!r}: wanted two names, such as ('numpy', 'cupy')")
    return backends[0], backends[1]


def _checked(dtypes: Sequence[str]) -> list[str]:
    chosen = [] if isinstance(dtypes, str) else list(dict.fromkeys(dtypes))
    if not chosen or not set(chosen) <= {"float32", "float64"}:
        raise OptionError(f"dtypes={dtypes!r}: wanted a list of 'float32', 'float64' or both")
    return chosen
