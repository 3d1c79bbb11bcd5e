"""What the ranks of a job have in common: how they begin, and that they stay alike."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from xpnet.backends import asarray
from xpnet.distributed import Communicator
from xpnet.distributed.agreement import listed
from xpnet.distributed.alone import Alone
from xpnet.errors import DistributedError, OptionError
from xpnet.layers.adapted import original
from xpnet.networks import Network
from xpnet.networks.buffers import named_buffers
from xpnet.optimizers import Optimizer
from xpnet.optimizers.schedule import Schedule, rate_text

if TYPE_CHECKING:
    from xpnet.training.stepper import Stepper

__all__ = [
    "check_alike",
    "checked_communicator",
    "digest",
    "in_common",
    "same_generator",
    "start_alike",
]


def checked_communicator(comm: Any) -> Communicator:
    """The communicator of a trainer: the one given, or that of one process.

    Raises
    ------
    OptionError
        It is something else.
    """
    if comm is None:
        return Alone()
    if not isinstance(comm, Communicator):
        raise OptionError(
            f"comm: expected a communicator, as xpnet.distributed.init() makes it, got {comm!r}"
        )
    return comm


def same_generator(comm: Communicator, rng: np.random.Generator) -> np.random.Generator:
    """The generator of rank 0, which draws the same batches on all ranks."""
    first: np.random.Generator = comm.gather(rng if comm.is_main else None)[0]
    return rng if comm.is_main else first


def start_alike(comm: Communicator, net: Network, document: dict[str, Any]) -> None:
    """Check that all ranks are to do the same, and give them the parameters of rank 0.

    Parameters
    ----------
    comm : Communicator
    net : Network
        Its parameters and buffers are overwritten by those of rank 0.
    document : dict
        What has to be the same, as JSON values.

    Raises
    ------
    DistributedError
    """
    shapes = {name: list(shape) for name, shape in net.params.shapes.items()}
    numbers = {"dtype": str(net.dtype), "parameters": shapes}
    comm.agree("Trainer", {**numbers, **document})
    arrays = net.params.flat, *named_buffers(net.stack).values()
    held = [asarray(array, backend="numpy") for array in arrays] if comm.is_main else []
    for array, first in zip(arrays, comm.gather(held)[0], strict=True):
        array[...] = asarray(first, backend=net.backend.name)


def check_alike(comm: Communicator, net: Network) -> None:
    """Check that all ranks hold the same parameters and buffers, to the bit.

    Raises
    ------
    DistributedError
        On all ranks: which of them differ from the others.
    """
    if comm.size == 1:
        return
    digests = comm.gather(digest(net))
    common = max(digests, key=digests.count)  # of equals the first, so all ranks choose the same
    others = [rank for rank, found in enumerate(digests) if found != common]
    if others:
        raise DistributedError(
            f"the parameters of {listed(others)} differ from those of the others: look for code "
            "that does not do the same on every rank, or for a damaged memory or device, and go "
            "on from the last checkpoint",
            alike=True,
        )


def digest(net: Network) -> str:
    """A hash of all parameters and buffers.

    Examples
    --------
    >>> from xpnet.training.ranks import digest
    >>> net = TwoLayerNet(2, 3, 2, seed=0)
    >>> before = digest(net)
    >>> net.params["b1"] += 1
    >>> digest(net) == before
    False
    """
    found = hashlib.blake2b(digest_size=16)
    for array in (net.params.flat, *named_buffers(net.stack).values()):
        found.update(np.ascontiguousarray(asarray(array, backend="numpy")).data)
    return found.hexdigest()


def in_common(stepper: Stepper) -> dict[str, Any]:
    """The options of a trainer that must be the same on all ranks, as JSON values."""
    optimizer, names = stepper.optimizer, (*stepper.net.stack.names, "last layer")
    options = optimizer.options() if isinstance(optimizer, Optimizer) else {}
    return {
        "batch_size": stepper.batch_size,
        "accumulate": stepper.parts.accumulate,
        "scale": stepper.scale,
        "clip_norm": stepper.clip_norm,
        "replacement": stepper.replacement,
        "layers": {
            name: type(original(layer)).__name__
            for name, layer in zip(names, stepper.net.stack.every, strict=True)
        },
        "optimizer": type(optimizer).__name__,
        # a function of one's own prints its place in memory
        **{name: rate_text(value) for name, value in options.items() if _is_known(value)},
        "steps of the optimizer": getattr(optimizer, "steps", None),
    }


def _is_known(option: Any) -> bool:
    return isinstance(option, (bool, int, float, Schedule))
