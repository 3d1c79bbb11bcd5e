"""What the parameters of an estimator may be, checked when it is fitted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any

import numpy as np

from xpnet.checks import is_number, is_whole
from xpnet.errors import OptionError

__all__ = ["check_parameters", "hidden_sizes"]

Rule = tuple[Callable[[Any], bool], str]


def _among(*names: Any) -> Rule:
    words = ", ".join(map(repr, names[:-1])) + f" or {names[-1]!r}"
    return lambda value: isinstance(value, type(names[0])) and value in names, words


def _is_flag(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def _is_dtype(value: Any) -> bool:
    return value is None or value in ("float32", "float64") or value in (np.float32, np.float64)


WHOLE: Rule = is_whole, "a whole number from 1 on"
FLAG: Rule = _is_flag, "True or False"
FROM_0: Rule = lambda v: is_number(v) and 0 <= v < math.inf, "a number from 0 on"
ABOVE_0: Rule = lambda v: is_number(v) and 0 < v < math.inf, "a number above 0"
BELOW_1: Rule = lambda v: is_number(v) and 0 <= v < 1, "a number from 0 to below 1"
RULES: Mapping[str, Rule] = {
    "loss": _among("squared_error", "poisson"),
    "activation": _among("identity", "logistic", "tanh", "relu"),
    "solver": _among("lbfgs", "sgd", "adam"),
    "alpha": FROM_0,
    "batch_size": (lambda v: v == "auto" or is_whole(v), "'auto' or a whole number from 1 on"),
    "learning_rate": _among("constant", "invscaling", "adaptive"),
    "learning_rate_init": ABOVE_0,
    "power_t": FROM_0,
    "max_iter": WHOLE,
    "shuffle": FLAG,
    "tol": FROM_0,
    "verbose": (
        lambda v: _is_flag(v) or (isinstance(v, Integral) and int(v) >= 0),
        "True, False or a whole number from 0 on",
    ),
    "warm_start": FLAG,
    "momentum": (lambda v: is_number(v) and 0 <= v <= 1, "a number from 0 to 1"),
    "nesterovs_momentum": FLAG,
    "early_stopping": FLAG,
    "validation_fraction": BELOW_1,
    "beta_1": BELOW_1,
    "beta_2": BELOW_1,
    "epsilon": ABOVE_0,
    "n_iter_no_change": (
        lambda v: is_whole(v) or (is_number(v) and v == math.inf),
        "a whole number from 1 on, or infinity",
    ),
    "max_fun": WHOLE,
    "backend": (lambda v: isinstance(v, str), "the name of a backend, such as 'auto'"),
    "dtype": (_is_dtype, "'float32', 'float64', or None for that of X"),
}
"""For each parameter a test, and the words for what passes it."""


def check_parameters(caller: str, parameters: Mapping[str, Any]) -> None:
    """Refuse a parameter that has no meaning.

    Parameters
    ----------
    caller : str
        The class of the estimator.
    parameters : mapping
        As ``get_params`` gives them.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> from xpnet.sklearn.parameters import check_parameters
    >>> check_parameters("MLPClassifier", {"alpha": -1})
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: MLPClassifier: expected alpha to be a number from 0 on, got -1
    """
    for name, value in parameters.items():
        passes, words = RULES.get(name, (lambda _: True, ""))
        if not passes(value):
            raise OptionError(f"{caller}: expected {name} to be {words}, got {value!r:.100}")
    if "hidden_layer_sizes" in parameters:
        hidden_sizes(caller, parameters["hidden_layer_sizes"])


def hidden_sizes(caller: str, value: Any) -> list[int]:
    """The widths of the hidden layers as a list; a number is one layer.

    Raises
    ------
    OptionError
        One is no whole number from 1 on.

    Examples
    --------
    >>> from xpnet.sklearn.parameters import hidden_sizes
    >>> hidden_sizes("MLPClassifier", 100), hidden_sizes("MLPClassifier", (50, 20))
    ([100], [50, 20])
    """
    sizes = list(value) if hasattr(value, "__iter__") else [value]
    if not all(map(is_whole, sizes)):
        raise OptionError(
            f"{caller}: expected hidden_layer_sizes to be whole numbers from 1 on, such as "
            f"(100, 50), got {value!r:.100}"
        )
    return [int(size) for size in sizes]
