"""Layers: each a forward, a backward, and no knowledge of its neighbours."""

from xpnet.layers.activations import Relu, Sigmoid
from xpnet.layers.affine import Affine
from xpnet.layers.arithmetic import AddLayer, MulLayer
from xpnet.layers.base import Gradient, Layer, Parameter
from xpnet.layers.losses import SoftmaxWithLoss

__all__ = [
    "AddLayer",
    "Affine",
    "Gradient",
    "Layer",
    "MulLayer",
    "Parameter",
    "Relu",
    "Sigmoid",
    "SoftmaxWithLoss",
]
