"""The exception tree is the one that its docstring draws."""

from __future__ import annotations

import ast
import builtins
import copy
import pickle
import re
from pathlib import Path

import pytest

import xpnet
from xpnet import errors
from xpnet.backends import registry

DRAWN = re.findall(r"^( *(?:│ *)?)[├└]── (\w+) +\((\w+)\)", errors.__doc__, re.MULTILINE)
"""Indent, name, and the exception beside it: those that are indented further have a parent."""
NAMES = [name for _, name, _ in DRAWN]
DEFINED = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, Exception)
}


def test_every_error_is_drawn():
    assert set(NAMES) == DEFINED - {"XpnetError"}


def test_every_error_is_listed_in_all():
    assert sorted(DEFINED) == sorted(errors.__all__)


def test_an_error_is_what_it_stands_under_and_the_exception_beside_it():
    above = errors.XpnetError
    for indent, name, beside in DRAWN:
        error = getattr(errors, name)
        parent = above if "│" in indent else errors.XpnetError
        other = getattr(errors, beside, None) or getattr(builtins, beside)
        assert error.__bases__ == (parent, other)
        if "│" not in indent:
            above = error


BY_PROTOCOL = {
    ("__getattr__", "AttributeError"): "what Python says of a name that is not there",
    ("check_writable", "OSError"): "becomes an OptionError in the same file",
    ("check_writable", "PermissionError"): "becomes an OptionError in the same file",
    ("_found", "IsADirectoryError"): "becomes an OptionError in the same file",
    ("*", "NotImplementedError"): "an abstract method, which a subclass has to define",
}
"""What is raised outside the tree: the function, the class, and why."""
PACKAGE = Path(xpnet.__file__).parent
MODULES = sorted(str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py"))


def builtin_errors(source):
    """Where a source makes or raises an exception of Python: the function and the class."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            made = node.func if isinstance(node, ast.Call) else getattr(node, "exc", None)
            kind = getattr(builtins, made.id, None) if isinstance(made, ast.Name) else None
            if isinstance(kind, type) and issubclass(kind, Exception):
                yield function.name, made.id


@pytest.mark.parametrize("name", MODULES)
def test_every_deliberate_error_is_in_the_tree(name):
    found = set(builtin_errors((PACKAGE / name).read_text(encoding="utf-8")))
    assert {error for error in found if ("*", error[1]) not in BY_PROTOCOL} <= set(BY_PROTOCOL)


def test_an_error_outside_the_tree_is_found_raised_or_returned():
    source = "def f():\n    raise ValueError\ndef g():\n    return TypeError('no')\n"
    assert set(builtin_errors(source)) == {("f", "ValueError"), ("g", "TypeError")}


def test_a_backend_that_is_not_installed_is_a_missing_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(registry, "_loaded", {})
    with pytest.raises(ImportError, match=r"pip install 'xpnet\[cuda12\]'") as caught:
        registry.load_backend("cupy")
    assert isinstance(caught.value, errors.BackendError)


def test_the_root_is_at_the_front_door():
    assert xpnet.XpnetError is errors.XpnetError
    assert errors.XpnetError.__bases__ == (Exception,)


@pytest.mark.parametrize("duplicate", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])
def test_a_non_finite_loss_keeps_iteration_and_history_through_a_process(duplicate):
    error = duplicate(errors.NonFiniteLossError("the loss is nan", 17, {"loss": [2.3]}))
    assert (str(error), error.iteration, error.history) == ("the loss is nan", 17, {"loss": [2.3]})


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_every_error_survives_a_pickle_with_its_message(name):
    error = pickle.loads(pickle.dumps(getattr(errors, name)("what came, what was expected")))
    assert type(error) is getattr(errors, name)
    assert str(error) == "what came, what was expected"
