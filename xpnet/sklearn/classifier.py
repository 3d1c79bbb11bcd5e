"""MLPClassifier: a network that predicts classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from xpnet.errors import LabelError
from xpnet.sklearn.base import MultilayerPerceptron, takes_batches
from xpnet.sklearn.losses import CrossEntropy, LogisticLoss, OutputLoss

__all__ = ["MLPClassifier"]


class MLPClassifier(ClassifierMixin, MultilayerPerceptron):
    """A classifier with the parameters, defaults and attributes of scikit-learn's.

    From the same `random_state` it starts with the same weights and sees the same batches, so that
    in float64 it ends where `sklearn.neural_network.MLPClassifier` does, up to rounding. The loss
    is exact: where a probability is 0 in rounding, scikit-learn's stays below 36.

    Parameters
    ----------
    backend : str
        Where it computes: ``"numpy"``, ``"cupy"``, or ``"auto"``, which is CuPy where it runs.
        Rows come from the host, and predictions go there.
    dtype : "float32" or "float64", optional
        Of network and arithmetic; by default that of `X`, as scikit-learn has it: float32 stays,
        all else is float64. On a GPU float32 is several times as fast.
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate, learning_rate_init, \
power_t, max_iter, shuffle, random_state, tol, verbose, warm_start, momentum, nesterovs_momentum, \
early_stopping, validation_fraction, beta_1, beta_2, epsilon, n_iter_no_change, max_fun
        As `scikit-learn has them
        <https://scikit-learn.org/stable/modules/generated/sklearn.neural_network.MLPClassifier.html>`_.
        `verbose` prints nothing with the solver lbfgs.

    Attributes
    ----------
    classes_ : array, shape (C,)
    coefs_, intercepts_ : list of array
        The weights (in, out) and biases (out,) of each layer.
    loss_, best_loss_ : float
        Of the last epoch, and the smallest of an epoch; None with `early_stopping`.
    loss_curve_ : list of float
        Of each epoch.
    validation_scores_, best_validation_score_
        With `early_stopping`; else None.
    n_iter_, t_, n_layers_, n_outputs_, n_features_in_ : int
        Epochs of the last fit, rows trained on, layers with the input, outputs, columns.
    feature_names_in_ : array of str
        Where `X` has names.
    out_activation_ : str

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from xpnet.sklearn import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), MLPClassifier(max_iter=500, random_state=0))
    >>> model.fit(X, y).score(X, y) > 0.95
    True
    """

    _y_numeric = False
    _binarizer: Any
    classes_: Any

    @available_if(takes_batches)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Any:
        """Go through the rows once, from where the last call left the network.

        Parameters
        ----------
        X, y, sample_weight : as for `fit`
        classes : array-like, shape (C,)
            All that will ever come, at the first call.

        Returns
        -------
        self

        Raises
        ------
        LabelError
            The classes are not given, are others than before, or `y` has another.
        OptionError, DataError
        """
        name = type(self).__name__
        known = getattr(self, "classes_", None)
        if known is None and classes is None:
            raise LabelError(f"{name}: expected classes=... at the first call of partial_fit")
        if known is None:
            many = type_of_target(y).startswith("multilabel")
            self._take_classes(y if many else unique_labels(classes))
        elif classes is not None and not np.array_equal(known, unique_labels(classes)):
            raise LabelError(
                f"{name}: expected classes={known!r} as at the first call of partial_fit, got "
                f"{classes!r}"
            )
        return self._train(X, y, sample_weight, incremental=True)

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (N, features)

        Returns
        -------
        numpy array, shape (N, C)
            In the order of ``classes_``.
        """
        outputs = self._checked_outputs(X)
        return np.hstack([1 - outputs, outputs]) if self.n_outputs_ == 1 else outputs

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of `predict_proba`, with the same shapes."""
        with np.errstate(divide="ignore"):  # -inf is the logarithm of 0
            return np.log(self.predict_proba(X))

    def _targets(self, y: Any, incremental: bool) -> Any:
        """Labels (N,) of more than two classes; else 0 and 1, a column for each label."""
        check_classification_targets(y)
        if hasattr(self, "classes_") and (self.warm_start or incremental):
            self._check_classes(unique_labels(y))
        else:
            self._take_classes(y)
        if self._binarizer.y_type_ == "multiclass":
            self.n_outputs_ = len(self.classes_)
            return np.searchsorted(self.classes_, y)
        targets = self._binarizer.transform(y)
        targets = targets.toarray() if issparse(targets) else targets
        self.n_outputs_ = targets.shape[1]
        return targets

    def _take_classes(self, y: Any) -> None:
        self._binarizer = LabelBinarizer().fit(y)
        self.classes_ = self._binarizer.classes_

    def _check_classes(self, came: Any) -> None:
        """Refuse classes that are new, and with `warm_start` also that one is missing."""
        known, came = set(self.classes_.tolist()), set(came.tolist())
        if came - known or (self.warm_start and came != known):
            expected = (
                "the classes of the last fit" if self.warm_start else "none but these classes"
            )
            raise LabelError(
                f"{type(self).__name__}: expected y to have {expected}, {sorted(known)}, got "
                f"{sorted(came)}"
            )

    def _loss(self) -> OutputLoss:
        return CrossEntropy() if self._binarizer.y_type_ == "multiclass" else LogisticLoss()

    def _encoded(self, targets: Any) -> Any:
        """The classes that these targets stand for."""
        if targets.ndim == 1:
            return self.classes_[targets]
        return self._binarizer.inverse_transform(targets)

    def _decoded(self, outputs: Any) -> Any:
        """The class of the largest output, or those whose output is above one half."""
        outputs = outputs.ravel() if self.n_outputs_ == 1 else outputs
        return self._binarizer.inverse_transform(outputs)

    def _score_of(self, y: Any, predicted: Any, weights: Any) -> float:
        return float(accuracy_score(y, predicted, sample_weight=weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
