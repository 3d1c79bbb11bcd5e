"""JAX: a jitted step, and many steps in one ``lax.scan``; on the CPU, even where a GPU is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
from problems import LR, Data, Problem

from contenders.learner import Learner

__all__ = ["jax_jit_learner", "jax_scan_learner"]


def jax_jit_learner(problem: Problem, data: Data) -> Learner:
    """One call of a compiled function for each step; the parameters are donated to it."""
    import jax

    indices = problem.indices()
    params, step, accuracies = _start(problem, data, "cpu")
    jitted = jax.jit(step, donate_argnums=0)

    def run(steps: int) -> float:
        nonlocal params
        for _ in range(steps):
            params, loss = jitted(params, next(indices))
        return float(loss)

    return Learner(run, lambda: accuracies(params))


def jax_scan_learner(problem: Problem, data: Data, platform: str = "cpu") -> Learner:
    """One call of a compiled loop for all steps of a turn: no Python between them.

    Parameters
    ----------
    problem : Problem
    data : Data
    platform : str
        "cpu" or "gpu". On a GPU the precision of products is ``jax.default_matmul_precision``'s
        when the learner first runs.
    """
    import jax

    indices = problem.indices()
    params, step, accuracies = _start(problem, data, platform)
    scanned = jax.jit(lambda params, index: jax.lax.scan(step, params, index), donate_argnums=0)

    def run(steps: int) -> float:
        nonlocal params
        params, losses = scanned(params, np.stack(list(islice(indices, steps))))
        return float(losses[-1])

    return Learner(run, lambda: accuracies(params))


def _start(
    problem: Problem, data: Data, platform: str
) -> tuple[Any, Callable[..., Any], Callable[..., Any]]:
    """The parameters, ``step(params, index) -> (params, loss)``, and ``accuracies(params)``.

    What is committed to a device is computed with there, whatever JAX's default device is.
    """
    # else JAX takes three quarters of a GPU's memory as soon as it is asked for any device
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax
    import jax.numpy as jnp

    device = jax.devices(platform)[0]
    x, t, x_test, t_test = (jnp.asarray(array, device=device) for array in data)

    def predict(params: Any, h: Any) -> Any:
        for W, b in params[:-1]:
            h = jax.nn.relu(h @ W + b)
        W, b = params[-1]
        return h @ W + b

    def loss_of(params: Any, index: Any) -> Any:
        log_y = jax.nn.log_softmax(predict(params, x[index]))
        return -jnp.take_along_axis(log_y, t[index][:, None], axis=1).mean()

    def step(params: Any, index: Any) -> Any:
        loss, grads = jax.value_and_grad(loss_of)(params, index)
        return jax.tree.map(lambda p, g: p - LR * g, params, grads), loss

    def accuracy_of(params: Any, rows: Any, labels: Any) -> Any:
        return (predict(params, rows).argmax(axis=1) == labels).mean()

    accuracy = jax.jit(accuracy_of)

    def accuracies(params: Any) -> tuple[float, float]:
        return float(accuracy(params, x, t)), float(accuracy(params, x_test, t_test))

    # copies, since a step takes the parameters' memory for the next ones
    params = [tuple(jnp.array(array, device=device) for array in pair) for pair in problem.layers()]
    return params, step, accuracies
