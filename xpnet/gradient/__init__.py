"""Numerical gradients, and the checks of backpropagation against them."""

from xpnet.differences import numerical_gradient
from xpnet.gradient.check import check_gradients
from xpnet.gradient.layer_check import check_layer
from xpnet.gradient.report import Entry, GradientReport, ParameterCheck

__all__ = [
    "Entry",
    "GradientReport",
    "ParameterCheck",
    "check_gradients",
    "check_layer",
    "numerical_gradient",
]
