"""certify: train on two backends side by side, and compare every operation of every step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xpnet.backends import Array, get_matmul_precision, load_backend, to_numpy
from xpnet.checks import check_memory, whole_number
from xpnet.errors import NonFiniteLossError, OptionError
from xpnet.initializers import seeded
from xpnet.networks import Network
from xpnet.optimizers import SGD
from xpnet.parity.captured_steps import captured_checks
from xpnet.parity.certificate import Certificate
from xpnet.parity.check import Check
from xpnet.parity.comparison import compare, compare_results
from xpnet.parity.layer_rules import LAYER_RULES
from xpnet.parity.paired_step import paired_step
from xpnet.parity.passes import loss_name
from xpnet.parity.training_run import TrainingRun
from xpnet.parity.update_rules import UPDATE_RULES
from xpnet.training.data import checked_set

__all__ = ["certify"]

DTYPES = {"float32", "float64"}


def certify(
    net: Network,
    data: tuple[Array, Array],
    backends: Sequence[str] = ("numpy", "cupy"),
    *,
    optimizer: Any = None,
    steps: int = 5,
    batch_size: int = 100,
    seed: int | np.random.Generator | None = 0,
    scale: float | None = None,
    dtypes: Sequence[str] = ("float32", "float64"),
    rules: Mapping[type, Any] | None = None,
) -> Certificate:
    """Check that two backends compute the same, up to rounding errors.

    The bounds are derived in the documentation of `xpnet.parity`. Where the second backend
    captures steps, they are held to plain ones there, to the bit. Products in float32 are computed
    in the precision that `xpnet.set_matmul_precision` says, and the bounds allow for it.

    Parameters
    ----------
    net : Network
        Copied, not changed.
    data : (x, t)
        Rows and labels, arrays of any backend.
    backends : two names
        The first is the reference; the second repeats each of its operations.
    optimizer : Optimizer, optional
        Copied. By default ``SGD(lr=0.1)``.
    steps, batch_size : int
    seed : int, numpy Generator or None
        Of the batches.
    scale : float, optional
        Multiplies each batch: 1/255 for uint8 pixels.
    dtypes : sequence of "float32" and "float64"
    rules : mapping of types to rules, optional
        Bounds for your own layers (`LayerRule`) and optimizers (`UpdateBound`). Without a rule
        they are compared, but the certificate is not passed.

    Returns
    -------
    Certificate

    Raises
    ------
    BackendError
        A backend is unknown or not available; the message says why.
    OptionError, ShapeError, LabelError, DataError
        An option or the data cannot be used.
    NonFiniteLossError
        The training on the first backend diverged. NaN equals NaN, so that a comparison would
        certify nothing.

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
    reference, candidate = (load_backend(name) for name in _two_names(backends))
    steps, batch_size = whole_number("steps", steps), whole_number("batch_size", batch_size)
    x, t = checked_set(net, data, "data", scale)
    data, rows = (to_numpy(x), to_numpy(t)), int(x.shape[0])
    if batch_size > rows:
        raise OptionError(f"batch_size={batch_size}: expected at most the {rows} rows of the data")
    optimizer = _checked_optimizer(SGD(lr=0.1) if optimizer is None else optimizer)
    rng = seeded(seed)
    check_memory(f"steps={steps}", 8 * steps * batch_size)
    batches = [rng.permutation(rows)[:batch_size] for _ in range(steps)]
    rules = {**LAYER_RULES, **UPDATE_RULES, **(rules or {})}
    precision = get_matmul_precision() if reference.has_tf32 or candidate.has_tf32 else "float32"
    checks: list[Check] = []
    uncaptured: str | None = None
    for dtype in _checked_dtypes(dtypes):
        run, repeated, free = (
            TrainingRun(net, optimizer, data, backend, dtype)
            for backend in (reference, candidate, candidate)
        )
        with np.errstate(all="ignore"):  # results that overflow are compared too
            checks += _compare_runs(run, repeated, free, batches, scale, dtype, rules, precision)
            replays, uncaptured = captured_checks(
                net,
                optimizer,
                data,
                candidate,
                dtype,
                steps=steps,
                batch_size=batch_size,
                scale=scale,
            )
            checks += replays
    names, devices = (reference.name, candidate.name), (reference.device, candidate.device)
    return Certificate(names, devices, steps, tuple(checks), uncaptured, precision)


def _compare_runs(
    reference: TrainingRun,
    candidate: TrainingRun,
    free: TrainingRun,
    batches: Sequence[Any],
    scale: float | None,
    dtype: str,
    rules: Mapping[type, Any],
    precision: str,
) -> list[Check]:
    """The checks of all steps in one dtype; `free` trains on its own, for the drift."""
    loss = f"{loss_name(reference.net)}.forward"
    checks: dict[str, Check] = {}
    for step, index in enumerate(batches, 1):
        drifted = free.free_step(index, scale)
        for pair in paired_step(reference, candidate, index, scale, rules):
            if pair.name == loss:
                _check_finite(float(pair.reference), step, reference.optimizer)
            check = checks.setdefault(pair.name, Check(dtype, pair.name))
            check.differences.append(
                compare_results(pair.reference, pair.candidate, pair.bound, dtype, precision)
            )
            drift = compare(pair.reference, drifted[pair.name], None, dtype)
            check.drift.append(drift.relative)
    return list(checks.values())


def _check_finite(loss: float, step: int, optimizer: Any) -> None:
    if not math.isfinite(loss):
        raise NonFiniteLossError(
            f"the loss is {loss} at step {step}, and nothing can be compared: try a smaller "
            f"learning rate (the optimizer is {optimizer!r}), smaller initial weights, or inputs "
            "of smaller size",
            step,
        )


def _checked_optimizer(optimizer: Any) -> Any:
    if isinstance(optimizer, type) or not hasattr(optimizer, "update"):
        raise OptionError(f"optimizer: expected an object, such as SGD(lr=0.1), got {optimizer!r}")
    if getattr(optimizer, "state", None):
        raise OptionError(
            f"optimizer: expected a new one, got {optimizer!r}, which has taken steps"
        )
    return optimizer


def _two_names(backends: Sequence[str]) -> tuple[str, str]:
    if isinstance(backends, str) or len(backends) != 2:
        raise OptionError(
            f"backends: expected two names, such as ('numpy', 'cupy'), got {backends!r}"
        )
    return backends[0], backends[1]


def _checked_dtypes(dtypes: Sequence[str]) -> list[str]:
    chosen = [] if isinstance(dtypes, str) else list(dict.fromkeys(dtypes))
    if not chosen or not set(chosen) <= DTYPES:
        raise OptionError(
            f"dtypes: expected a list of 'float32', 'float64' or both, got {dtypes!r}"
        )
    return chosen
