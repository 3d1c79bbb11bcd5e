"""One operation held against autograd and against finite differences."""

from __future__ import annotations

import numpy as np

import xpnet
from xpnet.gradient import numerical_gradient
from xpnet.graph import Variable

from .oracle import ask_autograd


def assert_agrees(ours, theirs, *inputs, seed=0):
    """Value and gradients of `ours` are autograd's and those of central differences."""
    variables = [Variable(xpnet.asarray(x)) for x in inputs]
    y = ours(*variables)
    vjp, wanted = ask_autograd().make_vjp(lambda arrays: theirs(*arrays))(tuple(inputs))
    np.testing.assert_allclose(xpnet.to_numpy(y.value), wanted, rtol=1e-13, atol=1e-13)
    dout = np.asarray(np.random.default_rng(seed).normal(size=np.shape(wanted)))
    y.backward(xpnet.asarray(dout))
    for variable, x, oracle in zip(variables, inputs, vjp(dout), strict=True):
        gradient = xpnet.to_numpy(variable.grad)
        assert gradient.shape == x.shape
        assert gradient.dtype == x.dtype
        np.testing.assert_allclose(gradient, oracle, rtol=1e-11, atol=1e-12)
        slopes = xpnet.to_numpy(numerical_gradient(_weighed(ours, variables, dout), variable.value))
        np.testing.assert_allclose(gradient, slopes, rtol=2e-4, atol=1e-6)


def _weighed(ours, variables, dout):
    """The outputs, weighed by `dout`, as a function of whatever the variables hold."""
    weights = xpnet.asarray(dout)
    return lambda _: (ours(*(Variable(v.value) for v in variables)).value * weights).sum()
