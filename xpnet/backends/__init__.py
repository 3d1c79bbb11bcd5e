"""Backends: NumPy, CuPy and others under one interface; only here is either imported to compute."""

from xpnet.backends.base import Backend
from xpnet.backends.kinds import hidden_meaning, real_number
from xpnet.backends.labels import fitting_labels, labels_of_one_row, scores_and_labels
from xpnet.backends.lookup import backend_of
from xpnet.backends.numpy_backend import NumpyBackend
from xpnet.backends.precision import get_matmul_precision, set_matmul_precision
from xpnet.backends.registry import (
    available_backends,
    load_backend,
    register_backend,
)
from xpnet.backends.storage import Array
from xpnet.backends.switch import (
    asarray,
    get_backend,
    set_backend,
    synchronize,
    to_numpy,
    use_backend,
)
from xpnet.backends.targets import fitting_targets, scores_and_targets
from xpnet.backends.update_rule import UpdateRule

__all__ = [
    "Array",
    "Backend",
    "NumpyBackend",
    "UpdateRule",
    "asarray",
    "available_backends",
    "backend_of",
    "fitting_labels",
    "fitting_targets",
    "get_backend",
    "get_matmul_precision",
    "hidden_meaning",
    "labels_of_one_row",
    "load_backend",
    "real_number",
    "register_backend",
    "scores_and_labels",
    "scores_and_targets",
    "set_backend",
    "set_matmul_precision",
    "synchronize",
    "to_numpy",
    "use_backend",
]
