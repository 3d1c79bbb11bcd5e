"""What a record has beside its loss: accuracies or scores, by all ranks together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from xpnet.backends import Array, to_numpy
from xpnet.distributed import Communicator, share
from xpnet.networks import Network
from xpnet.networks.inference import Evaluation
from xpnet.networks.score import r2, residuals, squared_deviations
from xpnet.training.ranks import check_alike

if TYPE_CHECKING:
    from xpnet.training.trainer import Trainer

__all__ = ["evaluated"]

Pair = tuple[Array, Array]


def evaluated(trainer: Trainer) -> dict[str, float]:
    """What a record has beside its loss, by its names there: the same on all ranks.

    Raises
    ------
    DistributedError
        The ranks no longer hold the same parameters.
    """
    net, comm, scale = trainer.net, trainer.comm, trainer.scale
    check_alike(comm, net)
    kind = "score" if net.is_regression else "accuracy"
    found = {}
    if trainer.test is not None:
        for name, data in (("train", trainer.train), ("test", trainer.test)):
            found[f"{name}_{kind}"] = _score(net, data, scale, comm)
    if trainer.validation is not None:
        evaluation = _evaluation(net, trainer.validation, scale, comm)
        found["validation_loss"] = evaluation.loss
        found[f"validation_{kind}"] = evaluation.score
    return found


def _score(net: Network, data: Pair, scale: float | None, comm: Communicator) -> float:
    if comm.size == 1:
        return (net.score if net.is_regression else net.accuracy)(*data, scale=scale)
    return _shared(net, data, scale, comm, with_loss=False).score


def _evaluation(net: Network, data: Pair, scale: float | None, comm: Communicator) -> Evaluation:
    if comm.size == 1:
        return net.evaluate(*data, scale=scale)
    return _shared(net, data, scale, comm, with_loss=True)


def _shared(
    net: Network, data: Pair, scale: float | None, comm: Communicator, with_loss: bool
) -> Evaluation:
    """Each rank goes through its share of the rows, and gets the sums of all."""
    rows = int(data[0].shape[0])
    mine = share(rows, comm.rank, comm.size)
    x, t = (array[mine] for array in data)
    count = mine.stop - mine.start
    loss, sums = 0.0, list[float]()
    if count and net.is_regression:
        found = residuals(net, x, t, None, scale, "score", with_loss=with_loss)
        loss, sums = found.loss, found.errors
    elif count and with_loss:
        evaluation = net.evaluate(x, t, scale=scale)
        loss, sums = evaluation.loss, [round(evaluation.score * count)]
    elif count:
        sums = [round(net.accuracy(x, t, scale=scale) * count)]
    told = [part for part in comm.gather((count * loss, sums)) if part[1]]
    mean = math.fsum(loss for loss, _ in told) / rows
    totals = [math.fsum(column) for column in zip(*(sums for _, sums in told), strict=True)]
    if not net.is_regression:
        return Evaluation(mean, totals[0] / rows, totals[0] / rows)
    targets = net.backend.asarray(data[1], "float64").reshape(rows, -1)
    deviations = to_numpy(squared_deviations(targets)).tolist()
    return Evaluation(mean, None, r2(totals, deviations))
