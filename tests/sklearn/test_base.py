"""What classifier and regressor share, as users of scikit-learn meet it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_array
from sklearn import neural_network
from sklearn.base import is_classifier, is_regressor
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import xpnet
import xpnet.sklearn
from xpnet.errors import BackendError, OptionError
from xpnet.sklearn import MLPClassifier, MLPRegressor
from xpnet.sklearn.base import MultilayerPerceptron

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_digits(return_X_y=True)
X, Y = X[:300] / 16, Y[:300]


@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
def test_methods_and_fitted_attributes_are_scikit_learns(kind):
    theirs, ours = (
        getattr(module, kind)(max_iter=1).fit(X, Y) for module in (neural_network, xpnet.sklearn)
    )
    public = {name for name in dir(theirs) if name[0] != "_"}
    if kind == "MLPClassifier":
        public.remove("loss")  # is no parameter of it
    assert public <= set(dir(ours))


def test_they_are_a_classifier_and_a_regressor():
    assert is_classifier(MLPClassifier())
    assert is_regressor(MLPRegressor())


def test_a_pipeline_fits_and_scores():
    model = make_pipeline(StandardScaler(), MLPClassifier(max_iter=30, random_state=0))
    assert model.fit(X, Y).score(X, Y) > 0.95


def test_a_grid_search_in_two_processes_finds_what_one_in_this_one_finds():
    grid = {"alpha": [1e-4, 10.0], "hidden_layer_sizes": [(10,), (20,)]}
    found = [
        GridSearchCV(MLPClassifier(max_iter=10, random_state=0), grid, cv=2, n_jobs=n).fit(X, Y)
        for n in (2, 1)
    ]
    scores = [search.cv_results_["mean_test_score"] for search in found]
    np.testing.assert_allclose(*scores)
    assert found[0].best_params_ == found[1].best_params_
    assert found[0].predict(X).shape == (300,)


def test_cross_validated_scores_are_scikit_learns():
    scores = [
        cross_val_score(module.MLPClassifier(max_iter=10, random_state=0), X, Y, cv=3)
        for module in (neural_network, xpnet.sklearn)
    ]
    np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize("sparse", [csr_array, csc_matrix])
@pytest.mark.parametrize("options", [{}, {"early_stopping": True}, {"solver": "lbfgs"}])
def test_sparse_rows_fit_and_predict_as_dense_ones(sparse, options):
    made = [MLPClassifier(max_iter=3, random_state=0, **options).fit(x, Y) for x in (X, sparse(X))]
    np.testing.assert_allclose(*(model.coefs_[0] for model in made), atol=1e-10)
    np.testing.assert_allclose(made[0].predict_proba(X), made[1].predict_proba(sparse(X)))


@pytest.mark.parametrize(
    ("given", "dtype", "kept"),
    [
        ("float32", None, "float32"),
        ("float64", None, "float64"),
        ("int64", None, "float64"),
        ("float64", "float32", "float32"),
        ("float32", np.float64, "float64"),
    ],
)
def test_the_dtype_is_that_of_the_rows_or_the_one_named(given, dtype, kept):
    rows = (X * 16).astype(given)
    made = MLPClassifier(max_iter=1, dtype=dtype).fit(rows, Y)
    assert made.coefs_[0].dtype == made.predict_proba(rows).dtype == kept


def test_every_backend_gives_the_same(backend):
    there, here = (
        MLPClassifier(max_iter=3, random_state=0, backend=name, early_stopping=early).fit(x, Y)
        for name in (backend.name, "numpy")
        for x, early in ((X, True),)
    )
    assert there._net.backend is backend
    np.testing.assert_allclose(there.predict_proba(X), here.predict_proba(X), rtol=1e-6)
    assert there.loss_curve_ == pytest.approx(here.loss_curve_)


def test_weighted_and_sparse_rows_fit_on_every_backend(backend):
    weights = np.arange(300) % 3
    there, here = (
        MLPClassifier(max_iter=3, random_state=0, backend=name).fit(csr_array(X), Y, weights)
        for name in (backend.name, "numpy")
    )
    np.testing.assert_allclose(there.predict_proba(csr_array(X)), here.predict_proba(X), rtol=1e-6)


def test_a_fitted_estimator_moves_to_the_backend_that_is_set(elsewhere):
    made = MLPClassifier(max_iter=2, random_state=0, backend="numpy").fit(X, Y)
    expected = made.predict_proba(X)
    np.testing.assert_allclose(made.set_params(backend=elsewhere).predict_proba(X), expected)
    assert made._net.backend.name == elsewhere


def test_an_unknown_backend_is_an_error_of_the_fit():
    with pytest.raises(BackendError, match="unknown backend 'tpu'"):
        MLPClassifier(backend="tpu").fit(X, Y)


def test_a_parameter_without_meaning_is_an_error_of_the_fit():
    with pytest.raises(OptionError, match="MLPRegressor: expected alpha"):
        MLPRegressor(alpha=-1).fit(X, Y)


def test_partial_fit_and_early_stopping_exclude_each_other():
    with pytest.raises(OptionError, match="partial_fit does not support early_stopping"):
        MLPRegressor(early_stopping=True).partial_fit(X, Y)


def test_an_estimator_that_is_not_fitted_predicts_nothing():
    with pytest.raises(NotFittedError):
        MLPRegressor().predict(X)


def test_a_warm_start_may_change_the_solver_and_what_it_watches():
    made = MLPClassifier(solver="lbfgs", max_iter=2, warm_start=True, random_state=0).fit(X, Y)
    made.set_params(solver="adam").fit(X, Y)
    made.set_params(early_stopping=True).fit(X, Y)
    assert len(made.validation_scores_) == len(made.loss_curve_) == 2


def test_the_random_state_may_be_a_generator_that_goes_on():
    state = np.random.RandomState(0)
    made = [MLPClassifier(max_iter=1, random_state=state).fit(X, Y) for _ in range(2)]
    assert (made[0].coefs_[0] != made[1].coefs_[0]).any()


@pytest.mark.parametrize("method", ["_targets", "_loss", "_decoded", "_encoded", "_score_of"])
def test_what_a_subclass_has_to_define(method):
    function = getattr(MultilayerPerceptron, method)
    arguments = [None] * len(inspect.signature(function).parameters)
    with pytest.raises(NotImplementedError, match=method):
        function(*arguments)
