"""JAX on the CPU: a jitted step, and many steps in one ``lax.scan``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from xpnet.bench.peers.learner import Learner
from xpnet.bench.problems import LR, Data, Problem

__all__ = ["jax_jit_learner", "jax_scan_learner"]


def jax_jit_learner(problem: Problem, data: Data) -> Learner:
    """One call of a compiled function for each step; the parameters are donated to it."""
    import jax

    indices = problem.indices()
    params, step, accuracies = _start(problem, data)
    jitted = jax.jit(step, donate_argnums=0)

    def run(steps: int) -> float:
        nonlocal params
        for _ in range(steps):
            params, loss = jitted(params, next(indices))
        return float(loss)

    return Learner(run, lambda: accuracies(params))


def jax_scan_learner(problem: Problem, data: Data) -> Learner:
    """One call of a compiled loop for all steps of a turn: no Python between them."""
    import jax

    indices = problem.indices()
    params, step, accuracies = _start(problem, data)
    scanned = jax.jit(lambda params, index: jax.lax.scan(step, params, index), donate_argnums=0)

    def run(steps: int) -> float:
        nonlocal params
        params, losses = scanned(params, np.stack(list(islice(indices, steps))))
        return float(losses[-1])

    return Learner(run, lambda: accuracies(params))


def _start(problem: Problem, data: Data) -> tuple[Any, Callable[..., Any], Callable[..., Any]]:
    """The parameters, ``step(params, index) -> (params, loss)``, and ``accuracies(params)``."""
    import jax
    import jax.numpy as jnp

    x, t, x_test, t_test = map(jnp.asarray, data)

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

    return [(jnp.array(W), jnp.array(b)) for W, b in problem.layers()], step, accuracies
