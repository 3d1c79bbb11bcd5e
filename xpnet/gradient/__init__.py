"""Numerical gradients, and the checks of backpropagation against them."""

from xpnet.differences import numerical_gradient
from xpnet.gradient.layer_check import check_layer
from xpnet.gradient.network_check import check_gradients
from xpnet.gradient.parameter_result import Entry, ParameterCheck
from xpnet.gradient.report import GradientReport

__all__ = [
    "Entry",
    "GradientReport",
    "ParameterCheck",
    "check_gradients",
    "check_layer",
    "numerical_gradient",
]
