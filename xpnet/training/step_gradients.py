"""The work of a step before its update, which plain and captured steps share."""

from __future__ import annotations

from xpnet.backends import Array
from xpnet.networks import Network
from xpnet.training.parts import Parts

__all__ = ["step_gradients"]


def step_gradients(
    net: Network,
    train: tuple[Array, Array],
    rows: Array,
    scale: float | None,
    clip_norm: float | None,
    parts: Parts,
) -> Array:
    """The loss of one batch, whose gradients are then in ``net.grads``.

    Parameters
    ----------
    net : Network
    train : (x, t)
        The set that the batch is of.
    rows : array, shape (K,), integers
        Those of the batch.
    scale : float or None
        Multiplies the batch.
    clip_norm : float or None
        Limits the norm of all gradients.
    parts : Parts
        In which the batch is worked through.

    Returns
    -------
    scalar or 0-d array

    Examples
    --------
    >>> from xpnet.distributed.alone import Alone
    >>> from xpnet.training.parts import Parts
    >>> from xpnet.training.step_gradients import step_gradients
    >>> whole = Parts(Alone(), accumulate=1, batch_size=2)
    >>> train, net = (np.eye(4), np.arange(4)), TwoLayerNet(4, 3, 4, seed=0)
    >>> loss = step_gradients(net, train, np.array([0, 2]), None, 0.01, whole)
    >>> float(np.linalg.norm(net.grads.flat)) < 0.011
    True
    """
    loss = parts.backprop(net, train, rows, scale)
    if clip_norm is not None:
        net.backend.clip_norm(net.grads.flat, clip_norm)
    return loss
