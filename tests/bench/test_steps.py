import copy

import pytest

from xpnet.bench.benchmark import CPU, GPU
from xpnet.bench.steps import compare_steps, training_steps
from xpnet.datasets import load_mnist
from xpnet.errors import OptionError
from xpnet.networks import TwoLayerNet


def test_steps_train_and_return_the_last_loss(backend):
    run = training_steps(TwoLayerNet(784, 50, 10, seed=0), load_mnist()[0], 100)
    first, later = run(1), run(60)
    assert later < first < 2.4


def test_steps_are_captured_as_the_trainer_is_told(backend):
    net, train = TwoLayerNet(784, 5, 10, seed=0), load_mnist()[0]
    losses = [training_steps(copy.copy(net), train, 100, capture)(5) for capture in (None, False)]
    assert losses[0] == losses[1]
    if backend.name == "numpy":
        with pytest.raises(OptionError, match="capture=True"):
            training_steps(net, train, 100, capture=True)(1)


def test_each_backend_has_a_result():
    rows = compare_steps(8, 100, units=2).results(turns=1, timed=False)
    assert [(row.work, row.case) for row in rows] == [
        ("784-8-10, batch 100", CPU),
        ("784-8-10, batch 100", GPU),
    ]
