"""Parameters of estimators: what is refused, and in which words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xpnet.errors import OptionError
from xpnet.sklearn import MLPClassifier, MLPRegressor
from xpnet.sklearn.parameters import RULES, check_parameters, hidden_sizes

BAD = {
    "loss": "huber",
    "activation": "relu6",
    "solver": ["adam"],
    "alpha": -1,
    "batch_size": 0,
    "learning_rate": None,
    "learning_rate_init": 0,
    "power_t": "0.5",
    "max_iter": 1.5,
    "shuffle": 1,
    "tol": math.nan,
    "verbose": -1,
    "warm_start": "yes",
    "momentum": 1.1,
    "nesterovs_momentum": None,
    "early_stopping": 0,
    "validation_fraction": 1,
    "beta_1": 1,
    "beta_2": -0.1,
    "epsilon": 0,
    "n_iter_no_change": 0,
    "max_fun": True,
    "backend": None,
    "dtype": "float16",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_refused_by_name_and_value(name):
    with pytest.raises(OptionError, match=f"MLP: expected {name} to be .*, got ") as caught:
        check_parameters("MLP", {name: BAD[name]})
    assert repr(BAD[name]) in str(caught.value)


def test_every_parameter_has_a_rule_and_its_default_passes():
    for estimator in (MLPClassifier(), MLPRegressor()):
        parameters = estimator.get_params()
        assert parameters.keys() - {"hidden_layer_sizes", "random_state"} <= RULES.keys()
        check_parameters("MLP", parameters)
    assert RULES.keys() == BAD.keys()


GOOD = {
    "alpha": np.float32(0.1),
    "batch_size": np.int64(3),
    "shuffle": np.False_,
    "verbose": 10,
    "momentum": 1,
    "n_iter_no_change": math.inf,
    "dtype": np.float32,
}


@pytest.mark.parametrize("name", GOOD)
def test_numbers_of_numpy_and_the_ends_of_ranges_pass(name):
    check_parameters("MLP", {name: GOOD[name]})


@pytest.mark.parametrize(
    ("value", "sizes"), [(5, [5]), ([], []), (np.array([3, 2]), [3, 2]), ((np.int32(7),), [7])]
)
def test_hidden_layers_are_a_number_or_several(value, sizes):
    assert hidden_sizes("MLP", value) == sizes


@pytest.mark.parametrize("value", [0, (3, -1), (2.5,), "ab", None])
def test_hidden_layers_without_a_width_are_refused(value):
    with pytest.raises(OptionError, match="MLP: expected hidden_layer_sizes"):
        check_parameters("MLP", {"hidden_layer_sizes": value})
