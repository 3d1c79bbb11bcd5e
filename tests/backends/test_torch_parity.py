"""A registered backend of another library is certified as CuPy is."""

import numpy as np
import pytest

import xpnet
from xpnet.networks import TwoLayerNet
from xpnet.parity import certify

from .torch_backend import TorchBackend


@pytest.mark.parametrize("order", [("numpy", "torch"), ("torch", "numpy")])
def test_torch_on_the_cpu_passes(registered, order):
    xpnet.register_backend("torch", TorchBackend)
    rng = np.random.default_rng(0)
    data = rng.normal(size=(60, 12)), rng.integers(0, 3, 60)
    net = TwoLayerNet(12, 8, 3, weight_init_std="he", seed=0)
    certificate = certify(net, data, order, steps=3, batch_size=20)
    assert certificate.passed, str(certificate)
