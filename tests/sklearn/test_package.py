"""The package without scikit-learn, and beside it."""

from __future__ import annotations

import sklearn

import xpnet
import xpnet.sklearn


def test_without_scikit_learn_the_error_has_the_command(python):
    done = python("import sys; sys.modules['sklearn'] = None; import xpnet.sklearn")
    assert done.stderr.splitlines()[-1] == (
        "xpnet.errors.MissingExtraError: xpnet.sklearn needs scikit-learn: "
        "pip install 'xpnet[sklearn]'"
    )


def test_another_import_that_fails_is_shown_as_it_is(python):
    done = python("import sys; sys.modules['scipy.optimize'] = None; import xpnet.sklearn")
    assert "MissingExtraError" not in done.stderr
    assert "scipy.optimize" in done.stderr.splitlines()[-1]


def test_the_package_is_not_scikit_learn():
    assert xpnet.sklearn is not sklearn
    assert xpnet.sklearn.__all__ == ["MLPClassifier", "MLPRegressor"]


def test_importing_xpnet_imports_no_scikit_learn(python):
    done = python("import sys, xpnet.training, xpnet.networks; print('sklearn' in sys.modules)")
    assert done.stdout.strip() == "False"
