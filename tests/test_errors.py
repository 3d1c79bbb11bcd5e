"""The exception tree is the one that its docstring draws."""

from __future__ import annotations

import builtins
import copy
import pickle
import re

import pytest

import xpnet
from xpnet import errors

DRAWN = dict(re.findall(r"[├└]── (\w+) +\((\w+)\)", errors.__doc__))
DEFINED = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, Exception)
}


def test_every_error_is_drawn():
    assert set(DRAWN) == DEFINED - {"XpnetError"}


def test_every_error_is_listed_in_all():
    assert sorted(DEFINED) == sorted(errors.__all__)


@pytest.mark.parametrize("name", DRAWN)
def test_an_error_is_an_xpnet_error_and_the_builtin_beside_it(name):
    error = getattr(errors, name)
    assert error.__bases__ == (errors.XpnetError, getattr(builtins, DRAWN[name]))


def test_the_root_is_at_the_front_door():
    assert xpnet.XpnetError is errors.XpnetError
    assert errors.XpnetError.__bases__ == (Exception,)


@pytest.mark.parametrize("duplicate", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_a_non_finite_loss_keeps_iteration_and_history_through_a_process(duplicate):
    error = duplicate(errors.NonFiniteLossError("the loss is nan", 17, {"loss": [2.3]}))
    assert (str(error), error.iteration, error.history) == ("the loss is nan", 17, {"loss": [2.3]})


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_every_error_survives_a_pickle_with_its_message(name):
    error = pickle.loads(pickle.dumps(getattr(errors, name)("what came, what was wanted")))
    assert type(error) is getattr(errors, name)
    assert str(error) == "what came, what was wanted"
