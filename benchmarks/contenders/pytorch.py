"""PyTorch on the CPU: eager, and compiled by TorchInductor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from problems import LR, Data, Problem

from contenders.learner import Learner

__all__ = ["pytorch_compiled_learner", "pytorch_eager_learner", "pytorch_model"]

CPU = "cpu"
"""Named where the model is made: another default device must not move it."""


def pytorch_eager_learner(
    problem: Problem, data: Data, optimizer_of: Callable[[Any], Any] | None = None
) -> Learner:
    """``nn.Sequential``, ``CrossEntropyLoss``, ``optim.SGD`` or another optimizer of the model."""
    return _learner(problem, data, compiled=False, optimizer_of=optimizer_of or _sgd)


def pytorch_compiled_learner(problem: Problem, data: Data) -> Learner:
    """The same with ``torch.compile`` of gather, model and loss in one, and of the update.

    https://docs.pytorch.org/tutorials/recipes/compiling_optimizer.html
    """
    return _learner(problem, data, compiled=True, optimizer_of=_sgd)


def _sgd(model: Any) -> Any:
    import torch

    return torch.optim.SGD(model.parameters(), lr=LR)


def _learner(
    problem: Problem, data: Data, compiled: bool, optimizer_of: Callable[[Any], Any]
) -> Learner:
    import torch

    indices = problem.indices()
    x, t, x_test, t_test = map(torch.from_numpy, data)
    model = pytorch_model(torch, problem, CPU)
    optimizer = optimizer_of(model)
    cross_entropy = torch.nn.CrossEntropyLoss()

    def loss_of(index: Any) -> Any:
        return cross_entropy(model(x[index]), t[index])

    update = optimizer.step
    if compiled:
        # it warns of each profiler mark that it leaves out, between the lines of the results
        torch._logging.set_logs(dynamo=logging.ERROR)
        loss_of, update = torch.compile(loss_of), torch.compile(update)

    def run(steps: int) -> float:
        for _ in range(steps):
            index = torch.from_numpy(next(indices))  # a view, no copy
            optimizer.zero_grad()
            loss = loss_of(index)
            loss.backward()
            update()
        return float(loss.detach())

    def accuracies() -> tuple[float, float]:
        with torch.no_grad():
            train, test = (
                (model(rows).argmax(1) == labels).float().mean()
                for rows, labels in ((x, t), (x_test, t_test))
            )
        return float(train), float(test)

    return Learner(run, accuracies)


def pytorch_model(torch: Any, problem: Problem, device: str) -> Any:
    """The network's Affine and ReLU layers in float32 on a device, with its own numbers.

    Parameters
    ----------
    torch : module
    problem : Problem
    device : str
        "cpu" or "cuda".
    """
    modules = []
    for W, b in problem.layers():
        linear = torch.nn.Linear(*W.shape, dtype=torch.float32, device=device)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T.copy()))
            linear.bias.copy_(torch.from_numpy(b.copy()))
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])
