"""Networks: layers in a row, one flat buffer of parameters, a loss."""

from xpnet.networks.mlp import MultiLayerNet, TwoLayerNet
from xpnet.networks.network import Network

__all__ = ["MultiLayerNet", "Network", "TwoLayerNet", "load"]

load = Network.load
