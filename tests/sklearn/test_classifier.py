"""MLPClassifier: classes of every kind."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn import neural_network
from sklearn.datasets import make_classification, make_multilabel_classification

import xpnet.sklearn
from xpnet.errors import LabelError
from xpnet.sklearn import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = make_classification(120, n_classes=3, n_informative=4, random_state=0)
WORDS = np.array(["no", "perhaps", "yes"])[Y]
MANY = make_multilabel_classification(120, random_state=0)


def both(y, x=X, **options):
    return [
        module.MLPClassifier(max_iter=20, random_state=0, **options).fit(x, y)
        for module in (neural_network, xpnet.sklearn)
    ]


@pytest.mark.parametrize(
    "y",
    [Y, Y == 1, WORDS, WORDS.tolist(), Y * 2.0 - 7, np.where(Y == 2, "a", "b"), np.ones(120, int)],
    ids=["numbers", "bools", "words", "list", "floats", "two words", "one class"],
)
def test_classes_of_any_kind_are_predicted_as_scikit_learn_predicts_them(y):
    theirs, ours = both(y)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    predicted = ours.predict(X)
    np.testing.assert_array_equal(predicted, theirs.predict(X))
    assert predicted.dtype == theirs.predict(X).dtype
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X))
    np.testing.assert_allclose(ours.predict_log_proba(X), theirs.predict_log_proba(X))
    assert ours.score(X, y) == theirs.score(X, y)
    assert ours.out_activation_ == theirs.out_activation_


@pytest.mark.parametrize("kind", [np.asarray, csr_matrix])
def test_several_labels_a_row_are_predicted_as_scikit_learn_predicts_them(kind):
    x, y = MANY
    theirs, ours = both(kind(y), x)
    found, expected = ours.predict(x), theirs.predict(x)
    assert type(found) is type(expected)
    assert abs(found - expected).max() == 0
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x))
    assert ours.out_activation_ == "logistic"


@pytest.mark.parametrize("y", [WORDS, np.where(Y == 2, "a", "b")], ids=["three", "two"])
def test_words_stop_early_as_numbers_do(y):
    theirs, ours = both(y, early_stopping=True)
    assert ours.validation_scores_ == theirs.validation_scores_


def test_the_probability_0_has_the_logarithm_minus_infinity():
    made = MLPClassifier((), max_iter=1).fit(X, Y == 0)
    made.coefs_ = [np.full((20, 1), 1e6)]
    assert np.isneginf(made.predict_log_proba(X)).any()


def test_the_first_partial_fit_needs_the_classes():
    with pytest.raises(LabelError, match="expected classes="):
        MLPClassifier().partial_fit(X, Y)


def test_a_later_partial_fit_takes_some_of_the_classes_but_no_other():
    made = MLPClassifier(random_state=0).partial_fit(X[:5], WORDS[:5], classes=WORDS)
    made.partial_fit(X[:1], WORDS[:1])
    assert made.classes_.tolist() == ["no", "perhaps", "yes"]
    with pytest.raises(LabelError, match="none but these classes"):
        made.partial_fit(X[:1], ["never"])
    with pytest.raises(LabelError, match="as at the first call"):
        made.partial_fit(X[:1], WORDS[:1], classes=["no", "yes"])


def test_a_warm_start_wants_the_classes_of_the_last_fit():
    made = MLPClassifier(warm_start=True, max_iter=2).fit(X, Y)
    with pytest.raises(LabelError, match=r"the classes of the last fit, \[0, 1, 2\], got \[0, 1\]"):
        made.fit(X[Y < 2], Y[Y < 2])


def test_a_fit_without_warm_start_takes_new_classes():
    made = MLPClassifier(max_iter=2).fit(X, Y)
    assert made.fit(X, WORDS).predict(X[:1])[0] in WORDS
