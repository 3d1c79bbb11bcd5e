"""Optimizers: one step over the flat buffer, by the rules that PyTorch documents too."""

from xpnet.optimizers.adaptive import AdaGrad, Adam, RMSProp
from xpnet.optimizers.base import Optimizer
from xpnet.optimizers.descent import SGD, Momentum

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "Optimizer", "RMSProp"]
