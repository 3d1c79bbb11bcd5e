"""PyTorch on the CPU: eager, and compiled by TorchInductor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xpnet.bench.problems import LR, Problem

__all__ = ["pytorch_compiled_steps", "pytorch_eager_steps"]


def pytorch_eager_steps(problem: Problem, data: tuple[Any, Any]) -> Callable[[int], float]:
    """``nn.Sequential``, ``CrossEntropyLoss``, ``optim.SGD``."""
    return _steps(problem, data, compiled=False)


def pytorch_compiled_steps(problem: Problem, data: tuple[Any, Any]) -> Callable[[int], float]:
    """The same with ``torch.compile`` of gather, model and loss in one, and of the update.

    https://docs.pytorch.org/tutorials/recipes/compiling_optimizer.html
    """
    return _steps(problem, data, compiled=True)


def _steps(problem: Problem, data: tuple[Any, Any], compiled: bool) -> Callable[[int], float]:
    import torch

    indices = problem.indices()
    x, t = map(torch.from_numpy, data)
    model = _model(torch, problem)
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    cross_entropy = torch.nn.CrossEntropyLoss()

    def loss_of(index: Any) -> Any:
        return cross_entropy(model(x[index]), t[index])

    update = optimizer.step
    if compiled:
        loss_of, update = torch.compile(loss_of), torch.compile(update)

    def run(steps: int) -> float:
        for _ in range(steps):
            index = torch.from_numpy(next(indices))  # a view, no copy
            optimizer.zero_grad()
            loss = loss_of(index)
            loss.backward()
            update()
        return float(loss.detach())

    return run


def _model(torch: Any, problem: Problem) -> Any:
    """The network's Affine and ReLU layers, with its own numbers."""
    modules = []
    for W, b in problem.layers():
        linear = torch.nn.Linear(*W.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T.copy()))
            linear.bias.copy_(torch.from_numpy(b.copy()))
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1])
