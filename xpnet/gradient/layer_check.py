"""check_layer: whether one layer, such as your own, keeps the contract of `xpnet.layers.Layer`."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Sequence
from functools import partial
from typing import Any

from xpnet.backends import Array, asarray, backend_of
from xpnet.differences import checked_step, perturbed_values
from xpnet.gradient.comparison import uninformative
from xpnet.gradient.fallback_points import check_fallback_points
from xpnet.gradient.layer_contract import as_tuple, layer_violations
from xpnet.gradient.parameter_check import check_parameter
from xpnet.gradient.parameter_result import ParameterCheck
from xpnet.gradient.replay_check import replay_violations
from xpnet.gradient.report import GradientReport
from xpnet.gradient.rewinding import Rewinding
from xpnet.gradient.undeclared_arrays import undeclared_arrays
from xpnet.gradient.weighted_output import WeightedOutput, is_finite, random_like
from xpnet.layers import Layer
from xpnet.layers.adapted import as_layer, original

__all__ = ["check_layer"]


def check_layer(layer: Any, *inputs: Any, h: float | None = None, seed: int = 0) -> GradientReport:
    """Check a layer on its own: its gradients, and whatever else a network relies on.

    The gradient of ``sum(dout * forward(*inputs))``, for a random `dout`, is compared with
    central differences for every floating input and parameter. Besides, neither `forward` nor
    `backward` may write into its arguments; a second backward must give the same;
    `apply_training`, which is `apply` unless the layer defines it, must agree with `forward`,
    `backward_params` with `backward`, and `perturbed` and `affected_rows` with one perturbation at
    a time; a layer that declares itself `rowwise` or `training_rowwise` must be so; on a
    backend that captures, as CuPy does, one that declares itself `capturable` must give in a replay
    what it gives in a call; and no array may be stored that a network would not know of.

    Where rounding hides every gradient, as of a loss with a saturated softmax, the inputs given
    decide nothing. The check is then made with smaller inputs, and a note says so.

    Parameters
    ----------
    layer : layer
    *inputs : arrays or numbers
        The arguments of its `forward`: ``check_layer(Relu(), x)``,
        ``check_layer(MulLayer(), 100, 2)``, ``check_layer(SoftmaxWithLoss(), x, t)``.
        Best in float64, with a few rows of both signs.
    h : float, optional
        The step: 1e-4 in float64.
    seed : int
        Of the random `dout`.

    Returns
    -------
    GradientReport
        With a check of each input and each parameter, under their names.

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
    ...         return dout * self.x  # the factor 2 is missing
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
    layer = as_layer(layer)
    check = partial(_check, layer, arrays, h, seed)
    with Rewinding([layer]):
        report = check()
        return check_fallback_points(report, _variables(layer, arrays, report), check)


def _variables(layer: Layer, arrays: Sequence[Array], report: GradientReport) -> list[Array]:
    """The inputs that were checked, and the parameters."""
    names = _input_names(layer, len(arrays))
    inputs = [array for name, array in zip(names, arrays, strict=True) if name in report]
    return [*inputs, *layer.params.values()]


def _check(layer: Layer, arrays: Sequence[Array], h: float | None, seed: int) -> GradientReport:
    """The check at these inputs, which are changed in place and restored."""
    backend, buffers = backend_of(*arrays), Rewinding([layer])
    # copies, here and in backward, for a layer that overwrites them: a second time it may change
    # nothing
    out = layer.forward(*[backend.xp.array(array, copy=True) for array in arrays])
    failed = partial(_failed, h=h, arrays=arrays)
    if not (isinstance(out, (int, float)) or hasattr(out, "shape")):
        return failed(f"forward: expected an array or a number, got {out!r}")
    if not is_finite(out, backend):
        return failed("forward gives NaN or infinity: there is no gradient to check")
    dout = random_like(out, backend, random.Random(seed))
    given = backend.xp.array(dout, copy=True) if getattr(dout, "ndim", 0) else dout
    gradients = as_tuple(layer.backward(given))
    if not all(isinstance(g, (int, float)) or hasattr(g, "shape") for g in gradients):
        return failed(f"backward: expected an array for each input, got {gradients}")
    missing = [name for name in layer.params if layer.grads[name] is None]
    if missing:
        return failed(f"backward sets no gradient of {', '.join(missing)}")
    buffers.rewind()
    problems = list(layer_violations(layer, arrays, dout))
    buffers.rewind()
    problems += replay_violations(layer, arrays, dout)
    buffers.rewind()
    undeclared, notes = undeclared_arrays(layer, arrays, dout)
    problems += undeclared

    names = _input_names(layer, len(arrays))
    variables = {
        name: (array, _as_array(gradient, array))
        for name, array, gradient in zip(names, arrays, gradients, strict=False)
        if backend.is_floating(array)
    }
    without_gradient = [a for a in arrays[len(gradients) :] if backend.is_floating(a)]
    if without_gradient and getattr(out, "ndim", 0) > 0:  # a loss has no gradient of its labels
        problems.append(
            f"backward: expected {len(arrays)} gradients, one for each input, got {len(gradients)}"
        )
    for name, param in layer.params.items():
        variables[name] = param, layer.grads[name]

    output, checks = WeightedOutput(layer, arrays, dout), []
    for name, (array, gradient) in variables.items():
        if tuple(gradient.shape) != tuple(array.shape):
            problems.append(
                f"{name}: expected a gradient of shape {tuple(array.shape)}, "
                f"got {tuple(gradient.shape)}"
            )
        elif math.prod(array.shape):
            checks.append(_check_variable(name, output, array, gradient, checked_step(h, array)))
    problems += uninformative(checks)
    if not checks:
        problems.append("nothing was checked: no input and no parameter has floating entries")
    first = next(iter(variables.values()))[0] if variables else backend.xp.zeros(1)
    step, dtype = checked_step(h, first), str(first.dtype)
    return GradientReport(tuple(checks), tuple(problems), step, dtype, tuple(notes))


def _failed(problem: str, h: float | None, arrays: Sequence[Array]) -> GradientReport:
    return GradientReport((), (problem,), h or 1e-4, str(arrays[0].dtype))


def _input_names(layer: Layer, count: int) -> list[str]:
    """The names of the parameters of `forward`; those of ``*x`` are x0, x1, ..."""
    names: list[str] = []
    for name, parameter in inspect.signature(original(layer).forward).parameters.items():
        more = count - len(names) if parameter.kind is parameter.VAR_POSITIONAL else 0
        names += [f"{name}{k}" for k in range(more)] if more else [name]
    return names[:count]


def _as_array(gradient: Any, like: Array) -> Array:
    """A gradient that `backward` returned as a number, as an array."""
    if getattr(gradient, "ndim", 0):
        return gradient
    return backend_of(like).asarray(gradient, like.dtype)


def _check_variable(
    name: str, output: WeightedOutput, array: Array, gradient: Array, h: float
) -> ParameterCheck:
    """Check the gradient of the weighted output by one input or parameter."""
    backend = backend_of(array)

    def perturbed(s: float, /, *, entries: Sequence[int] | None = None) -> Array:
        return backend.asarray(perturbed_values(output.change, array, s, entries), array.dtype)

    epsilon = max(backend.epsilon(array), output.epsilon)
    above, below = (perturbed_values(output.changed_magnitude, array, s) for s in (2 * h, -2 * h))
    magnitude = backend.asarray([*map(max, above, below)], array.dtype)
    # an entry moved by h is rounded itself: that error is multiplied by its gradient
    finite = backend.xp.where(backend.xp.isfinite(gradient), gradient, 0)
    noise = epsilon * (magnitude + abs(array * finite).reshape(-1))
    return check_parameter(name, gradient, perturbed, noise, epsilon * output.scale, h)[0]
