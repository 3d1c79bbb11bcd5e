"""check_gradients: a network's backpropagation against numerical gradients (chapter 5.7.3)."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from functools import partial

from xpnet.backends import Array
from xpnet.differences import checked_step
from xpnet.gradient.comparison import compare
from xpnet.gradient.contract import violations
from xpnet.gradient.elsewhere import decided
from xpnet.gradient.grain import SPREAD, STILL, grain
from xpnet.gradient.report import GradientReport, ParameterCheck
from xpnet.gradient.slopes import Slopes, one_of
from xpnet.gradient.verdict import uninformative
from xpnet.networks import Network
from xpnet.networks.perturbed import PerturbedLosses
from xpnet.parameters import place_of

__all__ = ["check_gradients"]


def check_gradients(
    net: Network, x: Array, t: Array, h: float | None = None, recheck: int = 20, seed: int = 0
) -> GradientReport:
    """Hold the gradient of every parameter against its numerical gradient.

    Two right gradients differ by the error of the numerical one, which has two parts, both
    estimated here: what the step costs (from two step sizes) and what rounding costs (from the
    noise of the loss where the difference is taken). A parameter passes if no entry differs by
    more than their sum. Where rounding hides a gradient, it is not checked, and the report says
    so; where it hides all, as in a network that is sure of its labels, the same network is
    checked with its parameters made smaller.

    Parameters
    ----------
    net : Network
        Best in float64: ``net.astype("float64")``. In float32 the budget is wide, and the check
        sees coarse mistakes only.
    x : array, shape (N, ...)
        A few rows are enough.
    t : array, integers (N,) or rows (N, C)
    h : float, optional
        The step: 1e-4 in float64.
    recheck : int
        How many random entries to compute by the plain loop too, so that the fast way is
        checked as well.
    seed : int
        Chooses these entries.

    Returns
    -------
    GradientReport
        ``print(report)`` shows it; ``report.passed`` is the verdict, and so is ``bool(report)``.

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
    again = partial(_check, net, x, t, h, recheck, seed)
    return decided(again(), [net.params.flat], again)


def _check(
    net: Network, x: Array, t: Array, h: float | None, recheck: int, seed: int
) -> GradientReport:
    """The check of a network with the parameters that it has."""
    h = checked_step(h, net.params.flat)
    x = net.check_inputs(x, t).cast(x, net.dtype)
    # a forward that overwrites its input would hide that by having done so already
    given = net.backend.xp.array(x, copy=True)
    grads, losses = net.gradient(x, t), PerturbedLosses(net, x, t)
    epsilon, value = net.backend.epsilon(net.params.flat), losses.loss()
    if not (math.isfinite(value) and net.places):
        why = f"the loss is {value} here" if net.places else "the network has no parameters"
        return GradientReport((), (f"{why}: there is no gradient to check",), h, str(net.dtype))
    rng = random.Random(seed)
    checks: list[ParameterCheck] = []
    problems = list(violations(net, given, t, grads))
    share = -(-recheck // max(1, len(net.places)))
    unseen = epsilon * max(1.0, losses.largest())
    # a row that is sure may be rounded away beside one that moves
    noise = epsilon * abs(value) + STILL * unseen
    for name, place in net.places.items():
        size = math.prod(net.params.shapes[name])
        if not size:
            continue
        moved = partial(losses.changes, *place)
        check, slopes = compare(name, grads[name], moved, noise, unseen, h)
        checks.append(check)
        if losses.batchable(place[0]):
            entries = [rng.randrange(size) for _ in range(share)]
            problems += _recheck(losses, net.params.shapes[name], name, place, entries, slopes, h)
    problems += uninformative(checks)
    return GradientReport(tuple(checks), tuple(problems), h, str(net.dtype))


def _plainly(losses: PerturbedLosses, place: tuple[int, str], entry: int, s: float) -> float:
    """The loss with one entry moved by s, by the plain loop."""
    return losses.losses_by_loop(*place, s, [entry])[0]


def _recheck(
    losses: PerturbedLosses,
    shape: tuple[int, ...],
    name: str,
    place: tuple[int, str],
    entries: list[int],
    slopes: Slopes,
    h: float,
) -> Iterator[str]:
    """Where the plain loop contradicts the local computation."""
    above, below = (losses.losses_by_loop(*place, step, entries) for step in (h, -h))
    rounding = slopes.rounding + 0 * slopes.central
    for entry, high, low in zip(entries, above, below, strict=True):
        loop, local = (high - low) / (2 * h), float(slopes.central[entry])
        if abs(loop - local) <= float(rounding[entry]):
            continue
        plain = grain(partial(_plainly, losses, place, entry), h)
        riding = grain(one_of(partial(losses.changes, *place), entry), h)
        if not abs(loop - local) <= SPREAD * max(plain, riding) / h:
            index = ", ".join(map(str, place_of(entry, shape)))
            yield (
                f"{name}[{index}]: the plain loop gives {loop:.9g}, local computation {local:.9g}: "
                "a layer's perturbed, reach, apply or rowwise is wrong"
            )
