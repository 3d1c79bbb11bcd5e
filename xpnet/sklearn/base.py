"""What classifier and regressor share: how they are fitted and predict."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from xpnet.backends import load_backend, to_numpy
from xpnet.errors import DataError, OptionError
from xpnet.sklearn.fitted import FittedNetwork
from xpnet.sklearn.lbfgs import fit_lbfgs
from xpnet.sklearn.losses import OutputLoss
from xpnet.sklearn.network import make_network, scores
from xpnet.sklearn.parameters import check_parameters, hidden_sizes
from xpnet.sklearn.rows import Rows, checked_weights
from xpnet.sklearn.stochastic import fit_epochs, make_optimizer
from xpnet.sklearn.stopping import begin_curves, go_on_with_curves
from xpnet.sklearn.validation import Validation, split

__all__ = ["MultilayerPerceptron", "takes_batches"]


def takes_batches(estimator: Any) -> bool:
    """Whether the solver of an estimator goes batch by batch, so that it has `partial_fit`."""
    return bool(estimator.solver != "lbfgs")


class MultilayerPerceptron(FittedNetwork):
    """An estimator that is fitted and predicts; a subclass says what from and what."""

    _y_numeric: bool
    n_outputs_: int

    # --- what a subclass has -------------------------------------------------------------

    def _targets(self, y: Any, incremental: bool) -> Any:
        """What the network is to give: labels (N,) or targets (N, out), from a checked `y`."""
        raise NotImplementedError(f"{type(self).__name__} must define _targets")

    def _loss(self) -> OutputLoss:
        """The loss of a new network, once the targets are known."""
        raise NotImplementedError(f"{type(self).__name__} must define _loss")

    def _decoded(self, outputs: Any) -> Any:
        """What is predicted, from the outputs of the network."""
        raise NotImplementedError(f"{type(self).__name__} must define _decoded")

    def _encoded(self, targets: Any) -> Any:
        """What `_decoded` is compared with, from the targets."""
        raise NotImplementedError(f"{type(self).__name__} must define _encoded")

    def _score_of(self, y: Any, predicted: Any, weights: Any) -> float:
        """The score of what is predicted."""
        raise NotImplementedError(f"{type(self).__name__} must define _score_of")

    # --- fitting -----------------------------------------------------------------------------

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Fit the network to rows and targets.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (N, features)
        y : array-like, shape (N,) or (N, outputs)
            Labels of classes, or numbers to predict.
        sample_weight : array-like, shape (N,), optional

        Returns
        -------
        self

        Raises
        ------
        OptionError
            A parameter has no meaning.
        DataError
            The network has diverged: its parameters are not all finite.
        """
        return self._train(X, y, sample_weight, incremental=False)

    @available_if(takes_batches)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Go through the rows once, from where the last call left the network.

        Parameters
        ----------
        X, y, sample_weight : as for `fit`

        Returns
        -------
        self

        Raises
        ------
        OptionError, DataError
        """
        return self._train(X, y, sample_weight, incremental=True)

    def _train(self, X: Any, y: Any, sample_weight: Any, incremental: bool) -> Any:
        caller = type(self).__name__
        check_parameters(caller, self.get_params(deep=False))
        if incremental and self.early_stopping:
            raise OptionError(f"{caller}: partial_fit does not support early_stopping=True")
        anew = not hasattr(self, "_net") or not (self.warm_start or incremental)
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse=["csr", "csc"],
            multi_output=True,
            y_numeric=self._y_numeric,
            dtype=("float64", "float32"),
            reset=anew,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        targets = self._targets(y, incremental)
        weights = checked_weights(caller, sample_weight, X.shape[0])
        rng = check_random_state(self.random_state)
        if anew:
            self._start(X, targets, rng)
        net = self._placed_net()
        if self.solver == "lbfgs":
            fit_lbfgs(self, Rows(net, X, targets, weights))
        else:
            self._fit_batches(X, targets, weights, rng, incremental)
        if not bool(net.backend.xp.isfinite(net.params.flat).all()):
            raise DataError(
                f"{caller}: training ended with weights that are not finite numbers; scale the "
                "columns of X, or give a smaller learning_rate_init"
            )
        return self

    def _start(self, X: Any, targets: Any, rng: Any) -> None:
        """A new network, and the attributes that grow with it."""
        loss = self._loss()
        hidden = hidden_sizes(type(self).__name__, self.hidden_layer_sizes)
        sizes = [X.shape[1], *hidden, self.n_outputs_]
        dtype = str(np.dtype(X.dtype if self.dtype is None else self.dtype))
        backend = load_backend(self.backend).name
        self._net = make_network(sizes, self.activation, loss, rng, dtype, backend)
        self.n_iter_, self.t_ = 0, 0
        self.n_layers_, self.out_activation_ = len(sizes), loss.activation
        if self.solver != "lbfgs":
            begin_curves(self)

    def _fit_batches(self, X: Any, targets: Any, weights: Any, rng: Any, incremental: bool) -> None:
        if not (incremental and hasattr(self, "_optimizer")):
            self._optimizer = make_optimizer(self)
        validation, arrays = None, [X, targets, weights]
        if self.early_stopping:
            # two classes have the same shares in both parts, as in scikit-learn
            binary = self.out_activation_ == "logistic" and self.n_outputs_ == 1
            stratify = targets if binary else None
            arrays, held = split(arrays, self.validation_fraction, rng, stratify)
            validation = Validation(held[0], self._encoded(held[1]), held[2], self._net)
        go_on_with_curves(self)
        self.n_iter_ = 0
        fit_epochs(self, Rows(self._net, *arrays), rng, validation, incremental)

    # --- prediction --------------------------------------------------------------------------

    def predict(self, X: Any) -> Any:
        """The class or the numbers of each row.

        Parameters
        ----------
        X : array-like or sparse matrix, shape (N, features)

        Returns
        -------
        numpy array, shape (N,) or (N, outputs)
        """
        return self._decoded(self._checked_outputs(X))

    def _checked_outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        return self._outputs(validate_data(self, X, accept_sparse=["csr", "csc"], reset=False))

    def _outputs(self, X: Any) -> Any:
        """The outputs of the network, behind their activation: a NumPy array (N, outputs)."""
        net = self._placed_net()
        loss: Any = net.last_layer
        return to_numpy(loss.output(scores(net, X)))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
