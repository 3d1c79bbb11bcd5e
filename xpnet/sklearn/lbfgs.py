"""Fitting by all rows at once: the solver lbfgs, which is SciPy's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from xpnet.backends import asarray, to_numpy
from xpnet.networks import Network
from xpnet.networks.inference import largest_product
from xpnet.sklearn.gradients import Gradients
from xpnet.sklearn.rows import Rows

__all__ = ["fit_lbfgs"]


def fit_lbfgs(estimator: Any, rows: Rows) -> None:
    """Minimize the loss of all rows by L-BFGS.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        With `_net`, which learns; `max_iter`, `max_fun` and `tol` are SciPy's maxiter, maxfun and
        gtol.
    rows : Rows
    """
    net: Network = estimator._net
    batch, gradients = rows.whole(), Gradients(net, estimator.alpha)

    def loss_and_gradient(flat: Any) -> tuple[float, Any]:
        # SciPy knows the buffer as it is: the padding in it is 0, and so is its gradient
        net.params.flat = asarray(flat, net.dtype, net.backend.name)
        loss = float(gradients.of_batch(*batch))
        return loss, to_numpy(net.grads.flat).astype("float64")

    start = to_numpy(net.params.flat).astype("float64")
    options = {"maxfun": estimator.max_fun, "maxiter": estimator.max_iter, "gtol": estimator.tol}
    with (
        np.errstate(all="ignore"),  # what overflows shows in the parameters
        net.backend.few_threads(largest_product(net, rows.count)),
    ):
        found = minimize(loss_and_gradient, start, method="L-BFGS-B", jac=True, options=options)
    net.params.flat = asarray(found.x, net.dtype, net.backend.name)
    estimator.n_iter_, estimator.loss_ = min(int(found.nit), estimator.max_iter), float(found.fun)
    if found.status:
        warnings.warn(
            f"lbfgs has not converged after {found.nit} iterations: {found.message}; give a larger "
            "max_iter, or scale the columns of X",
            ConvergenceWarning,
            stacklevel=4,
        )
