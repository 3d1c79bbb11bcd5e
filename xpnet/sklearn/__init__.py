"""Networks as estimators of scikit-learn: `sklearn.neural_network` by another import.

It needs scikit-learn: ``pip install 'xpnet[sklearn]'``. The names and the meaning of parameters
and attributes are scikit-learn's; `backend` and `dtype` come on top.
"""

from importlib.util import find_spec

from xpnet.errors import MissingExtraError

try:
    from xpnet.sklearn.classifier import MLPClassifier
    from xpnet.sklearn.regressor import MLPRegressor
except ImportError as error:
    if find_spec("sklearn") is not None:
        raise
    raise MissingExtraError(
        "xpnet.sklearn needs scikit-learn: pip install 'xpnet[sklearn]'"
    ) from error

__all__ = ["MLPClassifier", "MLPRegressor"]
