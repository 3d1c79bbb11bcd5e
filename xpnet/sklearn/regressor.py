"""MLPRegressor: a network that predicts numbers."""

from __future__ import annotations

from typing import Any

from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from xpnet.errors import DataError
from xpnet.sklearn.base import MultilayerPerceptron
from xpnet.sklearn.losses import OutputLoss, PoissonLoss, SquaredLoss

__all__ = ["MLPRegressor"]


class MLPRegressor(RegressorMixin, MultilayerPerceptron):
    """A regressor with the parameters, defaults and attributes of scikit-learn's.

    Parameters
    ----------
    loss : "squared_error" or "poisson"
        The latter takes targets from 0 on, and predicts the exponential of the scores.
    backend, dtype
        As `MLPClassifier` has them, and so are scikit-learn's parameters.

    Attributes
    ----------
    coefs_, intercepts_, loss_, loss_curve_ and others
        As `MLPClassifier` has them, without ``classes_``.

    Examples
    --------
    >>> from xpnet.sklearn import MLPRegressor
    >>> X = np.linspace(-3, 3, 100)[:, None]
    >>> model = MLPRegressor(solver="lbfgs", activation="tanh", random_state=0)
    >>> model.fit(X, np.sin(X[:, 0])).score(X, np.sin(X[:, 0])) > 0.99
    True
    """

    _y_numeric = True

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        backend: str = "auto",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            power_t=power_t,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
            max_fun=max_fun,
            backend=backend,
            dtype=dtype,
        )
        self.loss = loss

    def _targets(self, y: Any, incremental: bool) -> Any:
        targets = y.reshape(len(y), -1)
        if self.loss == "poisson" and targets.min() < 0:
            raise DataError(
                f"{type(self).__name__}: loss='poisson' takes targets from 0 on, got "
                f"{targets.min()}; use loss='squared_error'"
            )
        self.n_outputs_ = targets.shape[1]
        return targets

    def _loss(self) -> OutputLoss:
        return PoissonLoss() if self.loss == "poisson" else SquaredLoss()

    def _encoded(self, targets: Any) -> Any:
        return self._decoded(targets)

    def _decoded(self, outputs: Any) -> Any:
        """The numbers, (N,) where there is one for each row."""
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def _score_of(self, y: Any, predicted: Any, weights: Any) -> float:
        return float(r2_score(y, predicted, sample_weight=weights))
