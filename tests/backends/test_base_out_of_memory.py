"""The optimizers' steps of the base take all their memory before they write anything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xpnet.backends import Backend, load_backend

STEPS: dict[str, tuple[int, tuple[Any, ...]]] = {
    "sgd": (0, (0.1,)),
    "momentum": (1, (0.1, 0.9)),
    "adagrad": (1, (0.1, 1e-7)),
    "rmsprop": (1, (0.1, 0.99, 1e-7)),
    "adam": (2, (0.1, (0.9, 0.999), 1e-7, 3)),
}
"""How many arrays of state each has, and its options."""


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


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_runs_out_anywhere_has_written_nothing(name: str) -> None:
    slots, options = STEPS[name]
    rng = np.random.default_rng(0)
    content = [rng.uniform(1, 2, 5) for _ in range(2 + slots)]
    failures = 0
    while True:
        param, grad, *state = (array.copy().view(Scarce) for array in content)
        Scarce.room = failures
        try:
            getattr(Backend, name)(load_backend("numpy"), param, grad, *state, *options)
        except MemoryError:
            failures += 1
            for array, before in zip((param, grad, *state), content, strict=True):
                assert array.tolist() == before.tolist()
        else:
            break
    assert failures > slots
    assert param.tolist() != content[0].tolist()
