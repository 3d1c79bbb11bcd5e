"""An optimizer in the file of a run: described, made again, given its state back."""

from __future__ import annotations

from typing import Any

from xpnet import optimizers
from xpnet.backends import asarray, to_numpy
from xpnet.checkpoints import Document, TensorFile, class_name
from xpnet.errors import CheckpointError, XpnetError
from xpnet.optimizers.base import Optimizer
from xpnet.optimizers.stored_rate import described_rate, made_rate
from xpnet.parameters import Parameters

__all__ = ["check_optimizer", "described", "made", "state_arrays", "state_in"]

KINDS = {name: getattr(optimizers, name) for name in optimizers.__all__}
KINDS = {
    name: kind
    for name, kind in KINDS.items()
    if isinstance(kind, type) and issubclass(kind, Optimizer) and kind is not Optimizer
}
"""The optimizers that can be made from what a file says of them."""


def described(optimizer: Any) -> dict[str, Any]:
    """The class of an optimizer, its options, and how many steps it has done.

    Raises
    ------
    CheckpointError
        It is no `Optimizer`, whose state could be known, or its `lr` is a function of one's own.

    Examples
    --------
    >>> described(AdaGrad(lr=0.1))
    {'class': 'AdaGrad', 'options': {'lr': 0.1, 'eps': 1e-10}, 'steps': 0, 'state': []}
    """
    if not isinstance(optimizer, Optimizer):
        raise CheckpointError(
            f"expected an optimizer that inherits from xpnet.optimizers.Optimizer, got "
            f"{optimizer!r}: what it remembers cannot be known, and so not be saved"
        )
    return {
        "class": class_name(type(optimizer)),
        "options": {name: described_rate(value) for name, value in optimizer.options().items()},
        "steps": optimizer.steps,
        "state": sorted(optimizer.state),
    }


def state_arrays(optimizer: Optimizer) -> dict[str, Any]:
    """The arrays beside the parameters, on the host, by slot and parameter: ``optimizer.m.W1``."""
    arrays: dict[str, Any] = {}
    for slot, state in optimizer.state.items():
        flat = isinstance(state, Parameters)
        host = state.like(to_numpy(state.flat)) if flat else state
        arrays |= {_name(slot, param): to_numpy(array) for param, array in host.items()}
    return arrays


def made(saved: Document) -> Optimizer:
    """The optimizer in a file, as before its first step.

    Raises
    ------
    CheckpointError
        It is of a class of one's own, or has options that cannot be.
    """
    name, options = saved.get("class", str), saved.part("options").values
    if name not in KINDS:
        raise saved.error(
            f"expected an optimizer of xpnet, got one of the class {name:.80}: make it, and give "
            "it as optimizer="
        )
    try:
        optimizer: Optimizer = KINDS[name](**{n: made_rate(value) for n, value in options.items()})
    except (XpnetError, TypeError) as error:
        raise saved.error(f"{name} cannot be made: {error}") from error
    return optimizer


def check_optimizer(optimizer: Any, saved: Document) -> None:
    """Refuse an optimizer of another class, or with other options.

    Raises
    ------
    CheckpointError
    """
    ours = described(optimizer)["options"]
    name = saved.get("class", str)
    kind = name.rpartition(".")[2]  # a module of one's own may be another
    if type(optimizer).__name__ != kind:
        raise saved.error(f"expected {kind:.80}, got {optimizer!r}")
    theirs = saved.part("options").values
    if name in KINDS:  # options that a file does not name, since it is older, are the defaults
        ours, theirs = optimizer.options(), made(saved).options()
    for option in {**ours, **theirs}:
        if ours.get(option) != theirs.get(option):
            raise saved.error(
                f"expected {option}={theirs.get(option)}, as the run had it, got "
                f"{option}={ours.get(option)}"
            )


def state_in(
    file: TensorFile, saved: Document, optimizer: Optimizer, params: Parameters
) -> dict[str, Parameters]:
    """The state of such an optimizer in a file, where these parameters live.

    Raises
    ------
    CheckpointError
        It is the state of another optimizer, or beside other parameters.
    """
    slots = saved.each("state", str)
    if slots not in ([], sorted(optimizer.rule.state)):
        raise saved.error(f"expected the state of {optimizer!r}, got {', '.join(slots):.80}")
    state, where = {}, params.backend.name
    for slot in slots:
        arrays = {n: file.array(_name(slot, n), shape) for n, shape in params.shapes.items()}
        state[slot] = params.zeros_like()
        state[slot].update({n: asarray(array, backend=where) for n, array in arrays.items()})
    return state


def _name(slot: str, param: str) -> str:
    return f"optimizer.{slot}.{param}"
