"""The saved network that a command uses, and what its file says of classes and pixels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from xpnet.errors import NetworkError
from xpnet.networks import Network
from xpnet.networks.classifier import check_classifier

__all__ = ["load_classifier", "told_of"]


def load_classifier(path: str) -> Network:
    """The network in a file, on the current backend.

    Raises
    ------
    CheckpointError, NetworkError
    """
    net = Network.load(path)
    with told_of(path):
        check_classifier(net)
    return net


@contextmanager
def told_of(path: str) -> Iterator[None]:
    """A block in which the errors of a network begin with its file."""
    try:
        yield
    except NetworkError as error:
        raise NetworkError(f"{path}: {error}") from None
