import pytest
from comparisons.steps import xpnet_steps
from contenders.pytorch import pytorch_eager_learner, pytorch_model
from problems import Problem

torch = pytest.importorskip("torch", reason="PyTorch needs the extra 'contenders'")

SMALL = Problem((784, 6, 10), 100)


def test_it_computes_on_the_cpu_whatever_its_default_device():
    data = SMALL.data()
    with torch.device("meta"):  # a device that computes nothing
        learner = pytorch_eager_learner(SMALL, data)
        assert learner.run(2) == pytest.approx(xpnet_steps(SMALL, data)(2), rel=1e-4)


def test_the_model_has_the_problems_layers_and_numbers():
    model = pytorch_model(torch, Problem((784, 6, 5, 10), 100), "cpu")
    assert [type(layer).__name__ for layer in model] == [
        "Linear",
        "ReLU",
        "Linear",
        "ReLU",
        "Linear",
    ]
    W, b = Problem((784, 6, 5, 10), 100).layers()[1]
    assert model[2].weight.detach().T.numpy() == pytest.approx(W)
    assert model[2].bias.detach().numpy() == pytest.approx(b)
