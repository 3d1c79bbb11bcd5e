"""CapturedUpdate: the update of a captured step, by numbers that are on the device."""

from __future__ import annotations

from collections.abc import Callable

from xpnet.backends import Array
from xpnet.optimizers.base import Optimizer
from xpnet.parameters import Parameters

__all__ = ["CapturedUpdate"]


class CapturedUpdate:
    """An optimizer's step over one buffer, whose numbers are an array.

    Parameters
    ----------
    optimizer : Optimizer
        Which `is_ready` for these parameters.
    params, grads : Parameters
        Of one layout and dtype.

    Attributes
    ----------
    count : int
        How many numbers a step takes.

    Examples
    --------
    >>> from xpnet.optimizers.captured_update import CapturedUpdate
    >>> net = TwoLayerNet(4, 3, 2, seed=0)
    >>> before = net.params.flat.copy()
    >>> grads = net.gradient(np.ones((1, 4)), np.array([0]))
    >>> update = CapturedUpdate(SGD(lr=0.5), net.params, grads)
    >>> update.numbers(step=1)
    [0.5]
    >>> update.run(np.array([0.5], "float32"), lambda: print("counted"))
    counted
    >>> bool((net.params.flat != before).any())
    True
    """

    def __init__(self, optimizer: Optimizer, params: Parameters, grads: Parameters) -> None:
        self._rule = rule = optimizer.current_rule
        self._optimizer, self._backend = optimizer, params.backend
        self._smallest = params.backend.smallest(params.flat)
        self._param, self._grad = params.flat, grads.flat
        self._state = {name: optimizer.state[name].flat for name in rule.state}
        self._entrywise = optimizer.entrywise_over(params)
        self._names = (*rule.scalars, *rule.constants)
        self.count = len(self._names)

    def fits(self, params: Parameters, grads: Parameters) -> bool:
        """Whether these and what the optimizer has beside them are still in the same memory."""
        now = self._optimizer.state
        return (
            params.flat is self._param
            and grads.flat is self._grad
            and all(getattr(now.get(name), "flat", None) is x for name, x in self._state.items())
            and self._optimizer.current_rule is self._rule
            and self._optimizer.entrywise_over(params) is self._entrywise
        )

    def numbers(self, step: int) -> list[float]:
        """Those of step number `step`, counted from 1, for its row of a table."""
        values = self._optimizer.values(step, self._smallest)
        return [values[name] for name in self._names]

    def run(self, numbers: Array, then: Callable[[], None]) -> None:
        """One step by these numbers, and what counts it on the device.

        Parameters
        ----------
        numbers : array, shape (count,), dtype of the parameters
        then : callable
            Its last launch: until it is done the optimizer is `writing`.

        Raises
        ------
        MemoryError
            Nothing is written.
        """
        optimizer, state = self._optimizer, list(self._state.values())
        values = {**dict(zip(self._names, numbers, strict=True)), **self._entrywise}
        optimizer.writing = True
        try:
            self._backend.update(self._rule, self._param, self._grad, state, values)
        except MemoryError:
            optimizer.writing = False
            raise
        then()
        optimizer.writing = False
