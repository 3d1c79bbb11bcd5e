"""check_gradients: a network's backpropagation against numerical gradients (chapter 5.7.3)."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from functools import partial

from xpnet.backends import Array
from xpnet.differences import checked_step
from xpnet.gradient.comparison import uninformative
from xpnet.gradient.contract import violations
from xpnet.gradient.derivatives import Derivatives, single_entry
from xpnet.gradient.fallback_points import check_fallback_points
from xpnet.gradient.noise import KINK_DEVIATIONS, UNCHANGED_WEIGHT, interval_noise
from xpnet.gradient.parameter_check import check_parameter
from xpnet.gradient.parameter_result import ParameterCheck
from xpnet.gradient.report import GradientReport
from xpnet.gradient.rewinding import Rewinding
from xpnet.networks import Network
from xpnet.networks.perturbed import PerturbedLosses
from xpnet.parameters import place_of

__all__ = ["check_gradients"]


def check_gradients(
    net: Network, x: Array, t: Array, *, h: float | None = None, recheck: int = 20, seed: int = 0
) -> GradientReport:
    """Compare the gradient of every parameter with its numerical gradient.

    Two right gradients differ by the error of the numerical one, which has two parts. Both are
    estimated: the truncation error from two step sizes, the rounding error from the measured
    noise of the loss. Their sum is the error budget, and a parameter passes if no entry differs
    by more. Where rounding hides a gradient, it is not checked, and the report says so. Where it
    hides every gradient, as in a network with a saturated softmax, the same network is checked
    with its parameters made smaller.

    Parameters
    ----------
    net : Network
        Best in float64: ``net.astype("float64")``. In float32 the budget is wide, and the check
        finds only large mistakes.
    x : array, shape (N, ...)
        A few rows are enough.
    t : array, integers (N,) or rows (N, C)
    h : float, optional
        The step: 1e-4 in float64.
    recheck : int
        How many random entries to compute by the plain loop too, which checks the fast, local
        computation.
    seed : int
        Of the choice of these entries.

    Returns
    -------
    GradientReport
        With a check of each parameter, under its name. ``print(report)`` shows a table;
        ``report.passed`` is the verdict, and so is ``bool(report)``.

    Raises
    ------
    ShapeError, LabelError, MixedBackendError, OptionError

    Examples
    --------
    >>> net = TwoLayerNet(4, 3, 2, weight_init_std=1.0, seed=0).astype("float64")
    >>> rng = np.random.default_rng(0)
    >>> report = check_gradients(net, rng.normal(size=(5, 4)), np.array([0, 1, 1, 0, 1]))
    >>> report.passed
    True
    """
    check = partial(_check, net, x, t, h, recheck, seed)
    with Rewinding(net.stack.every):
        return check_fallback_points(check(), [net.params.flat], check)


def _check(
    net: Network, x: Array, t: Array, h: float | None, recheck: int, seed: int
) -> GradientReport:
    """The check of a network with its present parameters."""
    h = checked_step(h, net.params.flat)
    x = net.check_inputs(x, t).cast(x, net.dtype)
    # for a forward that overwrites its input: a second time it may change nothing
    original = net.backend.xp.array(x, copy=True)
    buffers = Rewinding(net.stack.every)
    grads, losses = net.gradient(x, t), PerturbedLosses(net, x, t)
    epsilon, value = net.backend.epsilon(net.params.flat), losses.loss()
    if not (math.isfinite(value) and net.places):
        reason = f"the loss is {value}" if net.places else "the network has no parameters"
        problem = f"{reason}: there is no gradient to check"
        return GradientReport((), (problem,), h, str(net.dtype))
    rng = random.Random(seed)
    checks: list[ParameterCheck] = []
    buffers.rewind()
    problems = list(violations(net, original, t, grads))
    share = -(-recheck // max(1, len(net.places)))
    hidden_change = epsilon * max(1.0, losses.largest())
    # the change of one row may be rounded away in the sum with the others
    noise = epsilon * abs(value) + UNCHANGED_WEIGHT * hidden_change
    for name, place in net.places.items():
        size = math.prod(net.params.shapes[name])
        if not size:
            continue
        perturbed = partial(losses.changes, *place)
        check, derivatives = check_parameter(name, grads[name], perturbed, noise, hidden_change, h)
        checks.append(check)
        if losses.batchable(place[0]):
            entries = [rng.randrange(size) for _ in range(share)]
            shape = net.params.shapes[name]
            problems += _recheck(losses, shape, name, place, entries, derivatives, h)
    problems += uninformative(checks)
    return GradientReport(tuple(checks), tuple(problems), h, str(net.dtype))


def _plain_loss(losses: PerturbedLosses, place: tuple[int, str], entry: int, s: float) -> float:
    """The loss with one entry moved by s, computed from the first layer on."""
    return losses.losses_by_loop(*place, s, [entry])[0]


def _recheck(
    losses: PerturbedLosses,
    shape: tuple[int, ...],
    name: str,
    place: tuple[int, str],
    entries: list[int],
    derivatives: Derivatives,
    h: float,
) -> Iterator[str]:
    """Problems where the plain loop contradicts the local computation."""
    above, below = (losses.losses_by_loop(*place, step, entries) for step in (h, -h))
    rounding = derivatives.rounding + 0 * derivatives.central
    for entry, high, low in zip(entries, above, below, strict=True):
        loop, local = (high - low) / (2 * h), float(derivatives.central[entry])
        if abs(loop - local) <= float(rounding[entry]):
            continue
        loop_noise = interval_noise(partial(_plain_loss, losses, place, entry), h)
        local_noise = interval_noise(single_entry(partial(losses.changes, *place), entry), h)
        if not abs(loop - local) <= KINK_DEVIATIONS * max(loop_noise, local_noise) / h:
            index = ", ".join(map(str, place_of(entry, shape)))
            yield (
                f"{name}[{index}]: the plain loop gives {loop:.9g}, local computation {local:.9g}: "
                "a layer's perturbed, affected_rows, apply_training or training_rowwise is wrong"
            )
