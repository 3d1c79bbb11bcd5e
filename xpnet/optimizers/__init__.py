"""Optimizers: one step over the flat buffer, by the rules that PyTorch documents too."""

from xpnet.backends import UpdateRule
from xpnet.optimizers.adagrad import AdaGrad
from xpnet.optimizers.adam import Adam
from xpnet.optimizers.base import Optimizer
from xpnet.optimizers.momentum import Momentum
from xpnet.optimizers.rmsprop import RMSProp
from xpnet.optimizers.sgd import SGD

__all__ = ["SGD", "AdaGrad", "Adam", "Momentum", "Optimizer", "RMSProp", "UpdateRule"]
