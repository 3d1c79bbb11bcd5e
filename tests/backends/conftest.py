"""What the tests of the backends share: a second backend, and registries that are put back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, NumpyBackend, registry, switch


class Marked(np.ndarray[Any, Any]):
    """Arrays that can be told from NumPy's own."""


class MarkedBackend(NumpyBackend):
    name, device = "marked", "the marked device"
    array_type = Marked

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        # an array that is its own comes back itself
        return x if type(x) is Marked and dtype is None else np.asarray(x, dtype).view(Marked)


@pytest.fixture
def registered(restored_registry: None) -> Iterator[None]:
    """The registry, and the process default, are put back as they were."""
    default = switch._process_default
    yield
    switch._process_default = default


@pytest.fixture
def marked(registered: None) -> Backend:
    """A second backend, which runs everywhere."""
    xpnet.register_backend("marked", MarkedBackend)
    return registry.load_backend("marked")


@pytest.fixture
def cupy_backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """CuPy, current while the test runs, for what only a device can show."""
    if request.config.getoption("--backend") != "cupy":
        pytest.skip("needs a CUDA device: run with --backend cupy")
    with xpnet.use_backend("cupy") as backend:
        yield backend
