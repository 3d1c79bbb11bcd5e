import itertools

import numpy as np
import pytest
from problems import CHAPTER, LR, PROBLEMS, Problem

import xpnet
from xpnet.optimizers import SGD
from xpnet.training import Trainer


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_network_has_the_sizes_of_its_name(problem):
    sizes = [W.shape[0] for W, _ in problem.layers()] + [problem.layers()[-1][0].shape[1]]
    assert tuple(sizes) == problem.sizes
    assert problem.name.startswith("-".join(map(str, sizes)))


def test_every_network_starts_from_the_same_numbers():
    first, second = CHAPTER.network(), CHAPTER.network("float64")
    np.testing.assert_array_equal(first.params["W1"], second.params["W1"].astype("float32"))


@pytest.mark.parametrize("batch", [100, 512, 1024])
def test_the_data_fills_whole_batches(batch):
    data = Problem((784, 5, 10), batch).data()
    assert len(data.x) == len(data.t) == 60_000 // batch * batch
    assert data.x.dtype == np.float32
    assert data.x.max() == 1
    assert len(data.x_test) == 10_000


def test_the_indices_are_the_batches_of_the_trainer():
    problem = Problem((784, 5, 10), 20_000)  # three steps an epoch
    data = problem.data()
    net = problem.network()
    trainer = Trainer(net, SGD(LR), (data.x, data.t), batch_size=problem.batch, progress=False)
    by_hand = problem.network()
    for index in itertools.islice(problem.indices(), 4):
        grads = by_hand.gradient(data.x[index], data.t[index])
        trainer.step()
        for name in by_hand.params:
            by_hand.params[name] -= LR * grads[name]
    np.testing.assert_allclose(net.params["W1"], by_hand.params["W1"], rtol=1e-6)


def test_the_data_is_on_the_current_backend(backend):
    assert xpnet.backend_of(CHAPTER.data().x) is backend
