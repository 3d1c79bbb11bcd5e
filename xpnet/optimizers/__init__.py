"""Optimizers: one step over the flat buffer, by the rules that PyTorch documents too."""

from xpnet.backends import UpdateRule
from xpnet.optimizers import schedules
from xpnet.optimizers.adagrad import AdaGrad
from xpnet.optimizers.adam import Adam
from xpnet.optimizers.adamw import AdamW
from xpnet.optimizers.base import Optimizer
from xpnet.optimizers.momentum import Momentum
from xpnet.optimizers.nesterov import Nesterov
from xpnet.optimizers.rmsprop import RMSProp
from xpnet.optimizers.schedule import Schedule
from xpnet.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSProp",
    "Schedule",
    "UpdateRule",
    "schedules",
]
