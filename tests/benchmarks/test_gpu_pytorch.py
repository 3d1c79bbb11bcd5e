"""PyTorch's contenders of a GPU, on the CPU: capture, replay and compilers are stood in for.

What only a GPU runs (CUDA graphs, TorchInductor's kernels) is not executed here.
"""

from __future__ import annotations

import contextlib

import gpu_pytorch
import pytest
from comparisons.steps import xpnet_steps
from problems import Problem

torch = pytest.importorskip(
    "torch", reason="PyTorch is a contender: pip install 'xpnet[contenders]'"
)

SMALL = Problem((784, 12, 8, 10), 100)


@pytest.fixture(scope="module")
def data():
    return SMALL.data()


@pytest.fixture
def compilations(monkeypatch):
    """How things were compiled, by a compiler that changes nothing."""
    asked = []

    def compiler(function, mode="default"):
        asked.append(mode)
        return function

    monkeypatch.setattr(torch, "compile", compiler)
    monkeypatch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: asked.append("step"))
    return asked


@pytest.fixture
def graphs(monkeypatch):
    """CUDA graphs, streams and captures that record; a replay computes the captured step anew."""
    told = []

    class Stream:
        def wait_stream(self, other):
            told.append("wait")

    class CUDAGraph:
        def replay(self):
            told.append("replay")

    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", Stream)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: contextlib.nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", CUDAGraph)
    monkeypatch.setattr(torch.cuda, "graph", lambda graph: contextlib.nullcontext())
    return told


def assert_xpnets_losses(learner, data):
    ours = xpnet_steps(SMALL, data)
    for steps in (1, 1, 30):
        assert learner.run(steps) == pytest.approx(ours(steps), rel=1e-4)


def test_eager_has_xpnets_losses_and_learns(data):
    learner = gpu_pytorch.eager_learner(SMALL, data, "cpu")
    assert_xpnets_losses(learner, data)
    learner.run(100)
    train, test = learner.accuracies()
    assert train > 0.6
    assert abs(train - test) < 0.1


def test_batches_go_on_beyond_an_epoch():
    large = Problem((784, 5, 10), 20_000)  # three steps an epoch
    data = large.data()
    ours = xpnet_steps(large, data)
    learner = gpu_pytorch.eager_learner(large, data, "cpu")
    for _ in range(5):
        assert learner.run(1) == pytest.approx(ours(1), rel=1e-4)


def test_products_are_in_float32_whatever_was_allowed_before(data):
    torch.set_float32_matmul_precision("high")
    gpu_pytorch.eager_learner(SMALL, data, "cpu")
    assert torch.get_float32_matmul_precision() == "highest"


def test_compiled_asks_for_reduced_overhead_and_marks_each_step(data, compilations):
    learner = gpu_pytorch.compiled_learner(SMALL, data, "cpu")
    assert compilations == ["reduce-overhead", "default"]
    assert_xpnets_losses(learner, data)
    assert compilations[2:] == ["step"] * 32


def test_a_graph_warms_up_captures_one_step_and_begins_from_the_start(data, graphs):
    losses = []
    training = gpu_pytorch._training(SMALL, data, "cpu")
    index = torch.zeros(SMALL.batch, dtype=torch.int64)
    counted = training._replace(loss_of=lambda rows: losses.append(1) or training.loss_of(rows))
    replay, loss = gpu_pytorch.captured(counted, index)
    assert len(losses) == gpu_pytorch.WARM_UP + 1
    assert graphs == ["wait", "wait"]
    replay()
    assert graphs[-1] == "replay"
    assert loss.shape == ()


def test_steps_before_the_capture_leave_the_parameters_as_they_were(data, graphs, monkeypatch):
    kept = []

    def capture(training, index):
        kept.append(training.model)
        for _ in range(3):
            training.step(index)
        return (lambda: rerun.append(float(training.step(index).detach()))), torch.zeros(())

    rerun = []
    monkeypatch.setattr(gpu_pytorch, "captured", capture)
    learner = gpu_pytorch.graph_learner(SMALL, data, "cpu")
    W, _ = SMALL.layers()[0]
    assert kept[0][0].weight.detach().T.numpy() == pytest.approx(W)
    learner.run(1)
    learner.run(1)
    ours = xpnet_steps(SMALL, data)
    assert rerun == pytest.approx([ours(1), ours(1)], rel=1e-4)


def test_without_cuda_setting_up_fails_and_says_so(data):
    if torch.cuda.is_available():
        pytest.skip("here is a GPU")
    with pytest.raises((AssertionError, RuntimeError), match="CUDA"):
        gpu_pytorch.eager_learner(SMALL, data)
