"""The parameters of the estimators are scikit-learn's, and two more."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.base import clone

import xpnet.sklearn
from xpnet.sklearn.options import Options

KINDS = pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])


@KINDS
def test_the_signature_is_scikit_learns_and_two_more(kind):
    theirs, ours = (
        dict(inspect.signature(getattr(module, kind)).parameters)
        for module in (neural_network, xpnet.sklearn)
    )
    added = {name: ours.pop(name).default for name in ("backend", "dtype")}
    assert added == {"backend": "auto", "dtype": None}
    assert [(p.name, p.kind, p.default) for p in ours.values()] == [
        (p.name, p.kind, p.default) for p in theirs.values()
    ]


@KINDS
def test_parameters_are_kept_as_they_come_and_survive_clone(kind):
    sizes, made = np.array([3, 2]), getattr(xpnet.sklearn, kind)
    assert made(hidden_layer_sizes=sizes).hidden_layer_sizes is sizes
    options = {"hidden_layer_sizes": (3,), "alpha": 0.5, "dtype": "float32", "max_iter": 7}
    again = clone(made(**options))
    assert {name: again.get_params()[name] for name in options} == options


def test_a_classifier_has_the_options_as_they_are():
    assert Options().get_params() == xpnet.sklearn.MLPClassifier().get_params()
