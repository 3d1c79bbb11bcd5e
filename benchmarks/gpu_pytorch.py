"""PyTorch on a GPU, in float32: eager, the whole step as a CUDA graph, and compiled.

What all share is what a user who cares for speed does: images, labels and the order of an epoch
live on the device, and nothing waits for it but the last loss of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from contenders import Learner
from contenders.pytorch import pytorch_model
from problems import LR, Data, Problem

__all__ = ["compiled_learner", "eager_learner", "graph_learner"]

WARM_UP = 3
"""Steps on a stream of their own before the capture, as PyTorch's notes on CUDA graphs want it."""


def eager_learner(problem: Problem, data: Data, device: str = "cuda") -> Learner:
    """``nn.Sequential``, ``CrossEntropyLoss``, ``optim.SGD``."""
    training = _training(problem, data, device)
    return training.learner(training.step)


def compiled_learner(problem: Problem, data: Data, device: str = "cuda") -> Learner:
    """Gather, model and loss by ``torch.compile(mode="reduce-overhead")``, the update compiled."""
    import torch

    training = _training(problem, data, device)
    compiled = training._replace(
        loss_of=torch.compile(training.loss_of, mode="reduce-overhead"),
        update=torch.compile(training.update),
    )

    def step(index: Any) -> Any:
        torch.compiler.cudagraph_mark_step_begin()
        return compiled.step(index)

    return compiled.learner(step)


def graph_learner(problem: Problem, data: Data, device: str = "cuda") -> Learner:
    """Gather, forward, backward and update captured once in a CUDA graph, and replayed.

    https://docs.pytorch.org/docs/stable/notes/cuda.html#whole-network-capture
    """
    import torch

    training = _training(problem, data, device)
    index = torch.zeros(problem.batch, dtype=torch.int64, device=device)
    kept = [parameter.detach().clone() for parameter in training.model.parameters()]
    replay, loss = captured(training, index)
    with torch.no_grad():  # the steps of the warm-up are undone
        for parameter, before in zip(training.model.parameters(), kept, strict=True):
            parameter.copy_(before)

    def step(batch: Any) -> Any:
        index.copy_(batch)
        replay()
        return loss

    return training.learner(step)


def captured(training: Training, index: Any) -> tuple[Callable[[], None], Any]:
    """``replay()``, which trains on the rows that `index` then holds, and where it leaves the loss.

    The optimizer and the gradients have to live where the graph found them.
    """
    import torch

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UP):
            training.step(index)
    torch.cuda.current_stream().wait_stream(side)
    # without gradients, so that backward makes them in the graph's own memory
    training.forget_gradients()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        loss = training.step(index)
    return graph.replay, loss


class Training(NamedTuple):
    """A network in training on a device.

    Attributes
    ----------
    model : torch.nn.Module
    batches : iterator of tensor
        The rows of one batch after another, on the device.
    loss_of, update, forget_gradients : callable
        What a step consists of, beside ``backward``.
    accuracies : callable
        As a `Learner`'s.
    """

    model: Any
    batches: Iterator[Any]
    loss_of: Callable[[Any], Any]
    update: Callable[[], Any]
    forget_gradients: Callable[[], None]
    accuracies: Callable[[], tuple[float, float]]

    def step(self, index: Any) -> Any:
        """Train on these rows; the loss, on the device."""
        self.forget_gradients()
        loss = self.loss_of(index)
        loss.backward()
        self.update()
        return loss

    def learner(self, step: Callable[[Any], Any]) -> Learner:
        """A learner of steps like this one."""

        def run(steps: int) -> float:
            for _ in range(steps):
                loss = step(next(self.batches))
            return float(loss.detach())

        return Learner(run, self.accuracies)


def _training(problem: Problem, data: Data, device: str) -> Training:
    import torch

    torch.set_float32_matmul_precision("highest")  # float32 itself, no TF32
    x, t, x_test, t_test = (torch.from_numpy(array).to(device) for array in data)
    model = pytorch_model(torch, problem, device)
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    cross_entropy = torch.nn.CrossEntropyLoss()

    def batches() -> Iterator[Any]:
        for epoch in problem.epochs():
            yield from torch.from_numpy(epoch).to(device).unbind()

    def right(rows: Any, labels: Any) -> float:
        with torch.no_grad():
            return float((model(rows).argmax(1) == labels).float().mean())

    return Training(
        model,
        batches(),
        lambda index: cross_entropy(model(x[index]), t[index]),
        optimizer.step,
        optimizer.zero_grad,
        lambda: (right(x, t), right(x_test, t_test)),
    )
