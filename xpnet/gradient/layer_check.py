"""check_layer: whether one layer, yours perhaps, keeps the contract of `xpnet.layers.Layer`."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from xpnet.backends import Array, asarray, backend_of
from xpnet.gradient.layer_conduct import as_tuple, layer_misbehaviour
from xpnet.gradient.numerical import checked_step, moved_values
from xpnet.gradient.report import GradientReport, ParameterCheck
from xpnet.gradient.slopes import measure, noise
from xpnet.gradient.verdict import judge, too_blunt
from xpnet.layers import part

__all__ = ["check_layer"]


def check_layer(layer: Any, *inputs: Any, h: float | None = None, seed: int = 0) -> GradientReport:
    """Check a layer on its own: its gradients, and all that a network relies on.

    The gradient of ``sum(dout * forward(*inputs))``, for a random `dout`, is held against
    central differences for every floating input and parameter. Further: neither `forward` nor
    `backward` writes into what it was given; a second backward gives the same; `apply` agrees
    with `forward`, `backward_params` with `backward`, `nudged` and `reach` with one nudge at a
    time; and `rowwise`, where it is claimed, is true.

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
    out = layer.forward(*arrays)
    if not (isinstance(out, (int, float)) or hasattr(out, "shape")):
        return _refused(f"forward returns {out!r}: wanted an array or a number", h, arrays)
    dout = _random_like(out, random.Random(seed))
    # a copy: a backward that overwrites it would hide that by having done so already
    given = dout if isinstance(dout, float) else backend.xp.array(dout, copy=True)
    gradients = as_tuple(layer.backward(given))
    if not all(isinstance(g, (int, float)) or hasattr(g, "shape") for g in gradients):
        return _refused(f"backward returns {gradients}: wanted an array each", h, arrays)
    missing = [name for name in part(layer, "params") if part(layer, "grads")[name] is None]
    if missing:
        return _refused(f"backward sets no gradient of {', '.join(missing)}", h, arrays)
    problems = list(layer_misbehaviour(layer, arrays, dout))

    names = inspect.signature(layer.forward).parameters
    variables = {
        name: (array, gradient)
        for name, array, gradient in zip(names, arrays, gradients, strict=False)
        if backend.is_floating(array)
    }
    inputs_left = [a for a in arrays[len(gradients) :] if backend.is_floating(a)]
    if inputs_left and getattr(out, "ndim", 0) > 0:  # a loss has no gradient of its labels
        problems.append(f"backward returns {len(gradients)} gradients for {len(arrays)} inputs")
    for name, param in part(layer, "params").items():
        variables[name] = param, part(layer, "grads")[name]

    def value(_: Array = None) -> float:
        return float((dout * layer.forward(*arrays)).sum())

    checks = []
    for name, (array, gradient) in variables.items():
        if tuple(gradient.shape) != tuple(array.shape):
            problems.append(
                f"{name} is {tuple(array.shape)}, its gradient {tuple(gradient.shape)}: "
                "they must have one shape"
            )
        elif math.prod(array.shape):
            checks.append(_check(name, value, array, gradient, checked_step(h, array)))
    problems += too_blunt(checks)
    if not checks:
        problems.append("nothing was checked: no input and no parameter has floating entries")
    first = next(iter(variables.values()))[0] if variables else backend.xp.zeros(1)
    return GradientReport(tuple(checks), tuple(problems), checked_step(h, first), str(first.dtype))


def _refused(problem: str, h: float | None, arrays: list[Array]) -> GradientReport:
    return GradientReport((), (problem,), h or 1e-4, str(arrays[0].dtype))


def _check(
    name: str, value: Callable[..., float], array: Array, gradient: Array, h: float
) -> ParameterCheck:
    """Hold one gradient against differences of `value`, which looks at `array`."""
    backend, centre = backend_of(array), value()

    def moved(s: float, entries: Sequence[int] | None = None) -> Array:
        return backend.asarray(moved_values(value, array, s, entries), array.dtype)

    deviation = noise(lambda s: float(moved(s, [0])[0]), h)
    deviation = max(deviation, backend.epsilon(array) * abs(centre))
    return judge(name, gradient, measure(moved, centre, deviation, h))


def _random_like(out: Any, rng: random.Random) -> Any:
    """A random gradient for this output, away from 0 and 1, which hide mistakes."""
    backend = backend_of(out) if getattr(out, "ndim", 0) else None
    if backend is None:
        return rng.uniform(2.0, 3.0)
    numbers = [rng.choice((-1, 1)) * rng.uniform(2.0, 3.0) for _ in range(math.prod(out.shape))]
    return backend.asarray(numbers, out.dtype).reshape(out.shape)
