"""Networks: layers in a row, one flat buffer of parameters, a loss."""

from xpnet.networks.network import Network
from xpnet.networks.ready import MultiLayerNet, TwoLayerNet

__all__ = ["MultiLayerNet", "Network", "TwoLayerNet"]
