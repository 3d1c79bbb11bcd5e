"""JAX on the CPU: a jitted step, and many steps in one ``lax.scan``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

from xpnet.bench.problems import LR, Problem

__all__ = ["jax_jit_steps", "jax_scan_steps"]


def jax_jit_steps(problem: Problem, data: tuple[Any, Any]) -> Callable[[int], float]:
    """One call of a compiled function for each step; the parameters are donated to it."""
    import jax

    indices = problem.indices()
    params, step = _start(problem, data)
    jitted = jax.jit(step, donate_argnums=0)

    def run(steps: int) -> float:
        nonlocal params
        for _ in range(steps):
            params, loss = jitted(params, next(indices))
        return float(loss)

    return run


def jax_scan_steps(problem: Problem, data: tuple[Any, Any]) -> Callable[[int], float]:
    """One call of a compiled loop for all steps of a turn: no Python between them."""
    import jax

    indices = problem.indices()
    params, step = _start(problem, data)
    scanned = jax.jit(lambda params, index: jax.lax.scan(step, params, index), donate_argnums=0)

    def run(steps: int) -> float:
        nonlocal params
        params, losses = scanned(params, np.stack(list(islice(indices, steps))))
        return float(losses[-1])

    return run


def _start(problem: Problem, data: tuple[Any, Any]) -> tuple[Any, Callable[..., Any]]:
    """The parameters, and ``step(params, index) -> (params, loss)``."""
    import jax
    import jax.numpy as jnp

    x, t = map(jnp.asarray, data)

    def loss_of(params: Any, index: Any) -> Any:
        h = x[index]
        for W, b in params[:-1]:
            h = jax.nn.relu(h @ W + b)
        W, b = params[-1]
        log_y = jax.nn.log_softmax(h @ W + b)
        return -jnp.take_along_axis(log_y, t[index][:, None], axis=1).mean()

    def step(params: Any, index: Any) -> Any:
        loss, grads = jax.value_and_grad(loss_of)(params, index)
        return jax.tree.map(lambda p, g: p - LR * g, params, grads), loss

    return [(jnp.array(W), jnp.array(b)) for W, b in problem.layers()], step
