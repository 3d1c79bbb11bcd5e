"""Layers: each a forward, a backward, and no knowledge of its neighbours."""

from xpnet.layers.activations import Relu, Sigmoid
from xpnet.layers.affine import Affine
from xpnet.layers.arithmetic import AddLayer, MulLayer
from xpnet.layers.base import Buffer, Gradient, Layer, Parameter
from xpnet.layers.batch_norm import BatchNorm
from xpnet.layers.dropout import Dropout
from xpnet.layers.leaky_relu import LeakyRelu
from xpnet.layers.losses import SoftmaxWithLoss
from xpnet.layers.mean_squared_error import MeanSquaredError
from xpnet.layers.tanh import Tanh

__all__ = [
    "AddLayer",
    "Affine",
    "BatchNorm",
    "Buffer",
    "Dropout",
    "Gradient",
    "Layer",
    "LeakyRelu",
    "MeanSquaredError",
    "MulLayer",
    "Parameter",
    "Relu",
    "Sigmoid",
    "SoftmaxWithLoss",
    "Tanh",
]
