"""predict and accuracy in several threads beside a backward that is pending."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import xpnet
from xpnet.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import Network

THREADS, CALLS = 8, 48


@pytest.fixture
def net(backend):
    rng = np.random.default_rng(0)

    def affine(rows, columns):
        W, b = rng.normal(size=(rows, columns)), rng.normal(size=columns)
        return Affine(xpnet.asarray(W), xpnet.asarray(b))

    layers = [affine(4, 16), Relu(), affine(16, 16), Sigmoid(), affine(16, 2)]
    return Network(layers, SoftmaxWithLoss())


def in_threads(call, arguments):
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(call, arguments))


@pytest.fixture
def batches(backend):
    """Of many sizes, so that what one thread kept would not fit another."""
    rng = np.random.default_rng(2)
    return [xpnet.asarray(rng.normal(size=(1 + k % 11, 4))) for k in range(CALLS)]


def test_predict_gives_in_threads_what_it_gives_alone(net, batches):
    alone = [xpnet.to_numpy(net.predict(x)) for x in batches]
    together = in_threads(lambda x: xpnet.to_numpy(net.predict(x, batch_size=4)), batches)
    for wanted, found in zip(alone, together, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_accuracy_gives_in_threads_what_it_gives_alone(net, batches):
    sets = [(x, xpnet.asarray(np.arange(len(x)) % 2)) for x in batches]
    alone = [net.accuracy(x, t) for x, t in sets]
    assert in_threads(lambda pair: net.accuracy(*pair), sets) == alone
    assert len(set(alone)) > 1


def test_threads_do_not_disturb_a_pending_backward(net, batch, batches):
    wanted = net.gradient(*batch)
    net.loss(*batch)

    def ask(x):
        net.predict(x)
        net.accuracy(x, xpnet.asarray(np.zeros(len(x), int), backend=net.backend.name))

    in_threads(ask, batches)
    dout = net.last_layer.backward()
    for layer in reversed(list(net.layers.values())):
        dout = layer.backward(dout)
    for name, array in net.grads.items():
        np.testing.assert_array_equal(xpnet.to_numpy(array), xpnet.to_numpy(wanted[name]))
