"""The step of every rule takes all its memory before it writes anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xpnet.backends import Backend, load_backend
from xpnet.optimizers import Optimizer

from .primitive_cases import OPTIMIZERS, numbers


class Scarce(np.ndarray[Any, Any]):
    """An array of a library that has room for so many results more."""

    room = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if "out" not in options:
            if Scarce.room == 0:
                raise MemoryError
            Scarce.room -= 1
        inputs, options = (
            tuple(np.asarray(x) if isinstance(x, Scarce) else x for x in inputs),
            {k: tuple(map(np.asarray, v)) if k == "out" else v for k, v in options.items()},
        )
        return getattr(ufunc, method)(*inputs, **options).view(Scarce)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_a_step_that_runs_out_anywhere_has_written_nothing(optimizer: Optimizer) -> None:
    rule, values = optimizer.current_rule, numbers(optimizer, 3)
    rng = np.random.default_rng(0)
    content = [rng.uniform(1, 2, 5) for _ in range(2 + len(rule.state))]
    failures = 0
    while True:
        param, grad, *state = (array.copy().view(Scarce) for array in content)
        Scarce.room = failures
        try:
            Backend.update(load_backend("numpy"), rule, param, grad, state, values)
        except MemoryError:
            failures += 1
            for array, before in zip((param, grad, *state), content, strict=True):
                assert array.tolist() == before.tolist()
        else:
            break
    assert failures > len(rule.state)
    assert param.tolist() != content[0].tolist()
