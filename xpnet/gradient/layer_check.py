"""check_layer: whether one layer, yours perhaps, keeps the contract of `xpnet.layers.Layer`."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

from xpnet.backends import Array, asarray, backend_of
from xpnet.differences import checked_step, perturbed_values
from xpnet.gradient.comparison import compare
from xpnet.gradient.elsewhere import decided
from xpnet.gradient.keeping import strays
from xpnet.gradient.layer_contract import as_tuple, layer_misbehaviour
from xpnet.gradient.report import GradientReport, ParameterCheck
from xpnet.gradient.response import Response, is_finite, random_like
from xpnet.gradient.verdict import uninformative
from xpnet.layers import part

__all__ = ["check_layer"]


def check_layer(layer: Any, *inputs: Any, h: float | None = None, seed: int = 0) -> GradientReport:
    """Check a layer on its own: its gradients, and all that a network relies on.

    The gradient of ``sum(dout * forward(*inputs))``, for a random `dout`, is held against
    central differences for every floating input and parameter. Further: neither `forward` nor
    `backward` writes into what it was given; a second backward gives the same; `apply` agrees
    with `forward`, `backward_params` with `backward`, `perturbed` and `affected_rows` with
    one perturbation at a time; `rowwise`, where it is claimed, is true; and no array is kept that
    a network would not know of.

    Where every gradient is so small that rounding hides it, as of a loss that is sure of its
    labels, the inputs given decide nothing. The check is then of the same inputs made smaller,
    and a note says so.

    Parameters
    ----------
    layer : layer
    *inputs : arrays or numbers
        What its `forward` takes: ``check_layer(Relu(), x)``, ``check_layer(MulLayer(), 100, 2)``,
        ``check_layer(SoftmaxWithLoss(), x, t)``. Best in float64, a few rows of both signs.
    h : float, optional
        The step: 1e-4 in float64.
    seed : int
        Draws `dout`.

    Returns
    -------
    GradientReport
        With an entry for each input and each parameter, under their names.

    Examples
    --------
    >>> check_layer(Relu(), np.array([[1.0, -0.5], [-2.0, 3.0]])).passed
    True
    >>> class Square(Layer):
    ...     saved = ("x",)
    ...
    ...     def forward(self, x):
    ...         self.x = x
    ...         return x * x
    ...
    ...     def backward(self, dout):
    ...         return dout * self.x  # the 2 is forgotten
    >>> print(check_layer(Square(), np.array([1.0, -3.0])))
    parameter  mean |diff|  max |diff|  budget
    x          4.44e+00     6.12e+00    ...       FAIL
    x: worst entry [1] backprop -6.12145..., numerical -12.24290...
    gradient check FAILED (float64, h = 0.0001)
    """
    arrays = [asarray(x, "float64") if isinstance(x, (int, float)) else x for x in inputs]
    backend = backend_of(*arrays, caller="check_layer")
    # copies: entries are moved in place, and two inputs may be views of one array
    arrays = [backend.xp.array(x, copy=True) for x in arrays]
    again = partial(_check, layer, arrays, h, seed)
    report = again()
    return decided(report, _moving(layer, arrays, report), again)


def _moving(layer: Any, arrays: Sequence[Array], report: GradientReport) -> list[Array]:
    """The inputs that were checked, and the parameters."""
    names = _names(layer, len(arrays))
    found = [check.name for check in report.parameters]
    inputs = [array for name, array in zip(names, arrays, strict=True) if name in found]
    return [*inputs, *part(layer, "params").values()]


def _check(layer: Any, arrays: Sequence[Array], h: float | None, seed: int) -> GradientReport:
    """The check at these inputs, which are moved in place and put back."""
    backend = backend_of(*arrays)
    # of copies, here and in backward: who overwrites them would hide that by having done so already
    out = layer.forward(*[backend.xp.array(array, copy=True) for array in arrays])
    refused = partial(_refused, h=h, arrays=arrays)
    if not (isinstance(out, (int, float)) or hasattr(out, "shape")):
        return refused(f"forward returns {out!r}: wanted an array or a number")
    if not is_finite(out, backend):
        return refused("forward gives NaN or infinity here: there is no gradient to check")
    dout = random_like(out, backend, random.Random(seed))
    given = backend.xp.array(dout, copy=True) if getattr(dout, "ndim", 0) else dout
    gradients = as_tuple(layer.backward(given))
    if not all(isinstance(g, (int, float)) or hasattr(g, "shape") for g in gradients):
        return refused(f"backward returns {gradients}: wanted an array each")
    missing = [name for name in part(layer, "params") if part(layer, "grads")[name] is None]
    if missing:
        return refused(f"backward sets no gradient of {', '.join(missing)}")
    problems = list(layer_misbehaviour(layer, arrays, dout))
    unknown, notes = strays(layer, arrays, dout)
    problems += unknown

    names = _names(layer, len(arrays))
    variables = {
        name: (array, _as_array(gradient, array))
        for name, array, gradient in zip(names, arrays, gradients, strict=False)
        if backend.is_floating(array)
    }
    inputs_left = [a for a in arrays[len(gradients) :] if backend.is_floating(a)]
    if inputs_left and getattr(out, "ndim", 0) > 0:  # a loss has no gradient of its labels
        problems.append(f"backward returns {len(gradients)} gradients for {len(arrays)} inputs")
    for name, param in part(layer, "params").items():
        variables[name] = param, part(layer, "grads")[name]

    response, checks = Response(layer, arrays, dout), []
    for name, (array, gradient) in variables.items():
        if tuple(gradient.shape) != tuple(array.shape):
            problems.append(
                f"{name} is {tuple(array.shape)}, its gradient {tuple(gradient.shape)}: "
                "they must have one shape"
            )
        elif math.prod(array.shape):
            checks.append(_of_one(name, response, array, gradient, checked_step(h, array)))
    problems += uninformative(checks)
    if not checks:
        problems.append("nothing was checked: no input and no parameter has floating entries")
    first = next(iter(variables.values()))[0] if variables else backend.xp.zeros(1)
    step, dtype = checked_step(h, first), str(first.dtype)
    return GradientReport(tuple(checks), tuple(problems), step, dtype, tuple(notes))


def _refused(problem: str, h: float | None, arrays: Sequence[Array]) -> GradientReport:
    return GradientReport((), (problem,), h or 1e-4, str(arrays[0].dtype))


def _names(layer: Any, count: int) -> list[str]:
    """What `forward` calls its inputs; those of ``*x`` are x0, x1, ..."""
    names: list[str] = []
    for name, parameter in inspect.signature(layer.forward).parameters.items():
        more = count - len(names) if parameter.kind is parameter.VAR_POSITIONAL else 0
        names += [f"{name}{k}" for k in range(more)] if more else [name]
    return names[:count]


def _as_array(gradient: Any, like: Array) -> Array:
    """A gradient that came as a number, as an array."""
    if getattr(gradient, "ndim", 0):
        return gradient
    return backend_of(like).asarray(gradient, like.dtype)


def _of_one(
    name: str, response: Response, array: Array, gradient: Array, h: float
) -> ParameterCheck:
    """Hold one gradient against differences of what the layer answers, which looks at `array`."""
    backend = backend_of(array)

    def moved(s: float, /, *, entries: Sequence[int] | None = None) -> Array:
        return backend.asarray(perturbed_values(response.change, array, s, entries), array.dtype)

    epsilon = max(backend.epsilon(array), response.epsilon)
    above, below = (perturbed_values(response.size, array, s) for s in (2 * h, -2 * h))
    size = backend.asarray([*map(max, above, below)], array.dtype)
    # an entry itself is rounded where it is moved to, which costs its gradient
    finite = backend.xp.where(backend.xp.isfinite(gradient), gradient, 0)
    noise = epsilon * (size + abs(array * finite).reshape(-1))
    return compare(name, gradient, moved, noise, epsilon * response.largest, h)[0]
