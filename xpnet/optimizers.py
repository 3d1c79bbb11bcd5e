"""Optimizers: one step over the flat buffer, by the rules that PyTorch documents too."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping
from numbers import Real
from typing import Any, ClassVar

from xpnet.backends import Array, Backend, asarray, backend_of
from xpnet.errors import NetworkError, OptionError, ShapeError
from xpnet.parameters import Parameters

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "Optimizer", "RMSProp"]


class Optimizer:
    """What every optimizer shares: its state, and how it finds the arrays to step over.

    A subclass names its state in `slots` and does one step in `_step`.

    Attributes
    ----------
    lr : float
        The learning rate; may be changed between steps.
    steps : int
        Updates done.
    state : dict of str to mapping
        For each slot the arrays beside the parameters, zeros at first. They follow the
        parameters: after ``net.to("cupy")`` the next update moves them.
    """

    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lr: float) -> None:
        self.lr = _above_zero("lr", lr)
        self.steps = 0
        self.state: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(lr={self.lr:g})"

    def update(self, params: MutableMapping[str, Array], grads: Mapping[str, Array]) -> None:
        """One step: writes into the arrays of `params`.

        Parameters
        ----------
        params : Parameters, or mapping of str to array
        grads : mapping of str to array
            Under the same names, in the same shapes. Where both are `Parameters` of one layout,
            all parameters are one fused step; else it is a loop.

        Raises
        ------
        NetworkError
            The names differ.
        ShapeError
            A gradient is missing or has another shape, or the state belongs to parameters of
            other shapes.
        MixedBackendError
            Parameters and gradients live on two backends.
        """
        if _in_one_step(params, grads):
            flat, grad = params.flat, grads.flat  # type: ignore[attr-defined]
            backend = backend_of(flat, grad, caller=repr(self), names=("params", "grads"))
            state = self._state_beside(params)
            self.steps += 1
            self._step(backend, flat, grad, [slot.flat for slot in state])
            return
        _check(params, grads, caller=repr(self))
        state = self._state_beside(params)
        self.steps += 1
        for name, param in params.items():
            backend = backend_of(param)
            grad = backend.asarray(grads[name], param.dtype)
            self._step(backend, param, grad, [slot[name] for slot in state])

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define _step")

    def _state_beside(self, params: MutableMapping[str, Array]) -> list[Any]:
        """The state, made at the first step, and moved to where the parameters now are."""
        for slot in self.slots:
            if slot not in self.state:
                self.state[slot] = _zeros_like(params)
            elif not _beside(self.state[slot], params):
                self.state[slot] = self._moved(self.state[slot], params)
        return [self.state[slot] for slot in self.slots]

    def _moved(self, state: Any, params: MutableMapping[str, Array]) -> Any:
        shapes = {name: tuple(array.shape) for name, array in state.items()}
        if shapes != {name: tuple(array.shape) for name, array in params.items()}:
            raise ShapeError(
                f"{self!r}: its state belongs to parameters of shapes {shapes}: "
                "make a new optimizer for other parameters"
            )
        made = _zeros_like(params)
        for name, param in params.items():
            made[name][...] = asarray(state[name], param.dtype, backend=backend_of(param).name)
        return made


class SGD(Optimizer):
    """Stochastic gradient descent: ``W -= lr * grad``.

    Parameters
    ----------
    lr : float
        Learning rate, above 0.

    Examples
    --------
    >>> params = {"W": np.array([1.0, 2.0])}
    >>> SGD(lr=0.1).update(params, {"W": np.array([10.0, 10.0])})
    >>> params["W"]
    array([0., 1.])
    """

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        backend.sgd(param, grad, self.lr)


class Momentum(Optimizer):
    """``v = momentum * v + grad``, then ``W -= lr * v``.

    With a constant `lr` this is the book's ``v = momentum * v - lr * grad; W += v`` (6.1.4).

    Parameters
    ----------
    lr : float
        Learning rate, above 0.
    momentum : float
        From 0 to below 1.

    Examples
    --------
    >>> optimizer, params = Momentum(lr=0.1, momentum=0.5), {"W": np.zeros(1)}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.ones(1)})
    >>> params["W"]
    array([-0.25])
    """

    slots = ("v",)

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = _below_one("momentum", momentum)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        (v,) = state
        backend.momentum(param, grad, v, self.lr, self.momentum)


class AdaGrad(Optimizer):
    """``h += grad ** 2``, then ``W -= lr * grad / (sqrt(h) + eps)`` (Duchi et al., 2011).

    Parameters
    ----------
    lr, eps : float
        Above 0.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> AdaGrad(lr=0.1).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    slots = ("h",)

    def __init__(self, lr: float = 0.01, eps: float = 1e-10) -> None:
        super().__init__(lr)
        self.eps = _above_zero("eps", eps)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        (h,) = state
        backend.adagrad(param, grad, h, self.lr, self.eps)


class RMSProp(Optimizer):
    """``h = decay * h + (1 - decay) * grad ** 2``, then as `AdaGrad` (Tieleman and Hinton, 2012).

    Parameters
    ----------
    lr, eps : float
        Above 0.
    decay : float
        From 0 to below 1.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> RMSProp(lr=0.1, decay=0.75).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.2,  0.2])
    """

    slots = ("h",)

    def __init__(self, lr: float = 0.01, decay: float = 0.99, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.decay = _below_one("decay", decay)
        self.eps = _above_zero("eps", eps)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        (h,) = state
        backend.rmsprop(param, grad, h, self.lr, self.decay, self.eps)


class Adam(Optimizer):
    """Averages of the gradient and of its square, their bias mended (Kingma and Ba, 2015).

    ::

        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        W -= lr * (m / (1 - beta1**steps)) / (sqrt(v / (1 - beta2**steps)) + eps)

    Parameters
    ----------
    lr, eps : float
        Above 0.
    beta1, beta2 : float
        From 0 to below 1.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> Adam(lr=0.1).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    slots = ("m", "v")

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        super().__init__(lr)
        self.betas = _below_one("beta1", beta1), _below_one("beta2", beta2)
        self.eps = _above_zero("eps", eps)

    def _step(self, backend: Backend, param: Array, grad: Array, state: list[Array]) -> None:
        m, v = state
        backend.adam(param, grad, m, v, self.lr, self.betas, self.eps, self.steps)


def _in_one_step(params: Any, others: Any) -> bool:
    """Whether entry i of one flat buffer belongs to entry i of the other, in one dtype."""
    return (
        isinstance(params, Parameters)
        and params.same_layout(others)
        and list(params) == list(others)
        and params.dtype == others.dtype
    )


def _check(params: Mapping[str, Array], grads: Mapping[str, Array], caller: str) -> None:
    """Same names, shapes and backend; checked before anything is written."""
    if set(params) != set(grads):
        raise NetworkError(
            f"params are {', '.join(params)}, grads {', '.join(grads)}: the names must agree"
        )
    for name, param in params.items():
        grad = grads[name]
        shape = getattr(grad, "shape", None)
        if shape is None or tuple(shape) != tuple(param.shape):
            came = f"a {type(grad).__name__}" if shape is None else tuple(shape)
            came = "missing (run backward first)" if grad is None else came
            raise ShapeError(f"{name} has shape {tuple(param.shape)}, its gradient is {came}")
        backend_of(param, grad, caller=caller, names=(f"params[{name!r}]", "its gradient"))


def _zeros_like(params: MutableMapping[str, Array]) -> Any:
    if isinstance(params, Parameters):
        return params.zeros_like()
    return {name: backend_of(param).xp.zeros_like(param) for name, param in params.items()}


def _beside(state: Any, params: MutableMapping[str, Array]) -> bool:
    """Whether a slot fits these parameters as it is: backend, dtype and layout."""
    if isinstance(params, Parameters):
        return _in_one_step(params, state) and type(state.flat) is type(params.flat)
    return not isinstance(state, Parameters) and all(
        name in state
        and type(state[name]) is type(param)
        and state[name].dtype == param.dtype
        and tuple(state[name].shape) == tuple(param.shape)
        for name, param in params.items()
    )


def _above_zero(name: str, value: float) -> float:
    if not _is_number(value) or not 0 < value < math.inf:
        raise OptionError(f"{name}={value!r}: wanted a number above 0")
    return float(value)


def _below_one(name: str, value: float) -> float:
    if not _is_number(value) or not 0 <= value < 1:
        raise OptionError(f"{name}={value!r}: wanted a number from 0 to below 1")
    return float(value)


def _is_number(value: object) -> bool:
    """Of Python or NumPy."""
    return isinstance(value, Real) and not isinstance(value, bool)
