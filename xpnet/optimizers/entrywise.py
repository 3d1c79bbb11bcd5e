"""EntrywiseNumbers: numbers that differ from parameter to parameter, as arrays over one buffer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.parameters import Parameters

__all__ = ["EntrywiseNumbers"]


class EntrywiseNumbers:
    """The arrays of the last step, which are made anew where numbers or buffer are others.

    A copy of an optimizer makes its own.

    Examples
    --------
    >>> from xpnet.optimizers.entrywise import EntrywiseNumbers
    >>> from xpnet.parameters import Parameters
    >>> params = Parameters({"W": np.ones((2, 2)), "b": np.ones(2)})
    >>> arrays = EntrywiseNumbers().over(params, {"W": {"decay": 0.5}, "b": {"decay": 0.0}})
    >>> params.like(arrays["decay"])["W"]
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """

    def __init__(self) -> None:
        self._flat: Array = None
        self._numbers: Mapping[str, Mapping[str, float]] = {}
        self._arrays: dict[str, Array] = {}

    def __reduce__(self) -> Any:
        return EntrywiseNumbers, ()

    def over(
        self, params: Parameters, numbers: Mapping[str, Mapping[str, float]]
    ) -> dict[str, Array]:
        """The arrays of these numbers beside the flat buffer, in the dtype of its step.

        Parameters
        ----------
        params : Parameters
        numbers : mapping of str to mapping of str to float
            For each parameter, under the same names.

        Returns
        -------
        dict of str to array, 1-d
            By the names of the numbers; 0 in the padding.
        """
        if params.flat is not self._flat or numbers != self._numbers:
            backend = backend_of(params.flat)
            dtype = backend.step_dtype(params.flat)
            made: dict[str, Parameters] = {}
            for param, each in numbers.items():
                for name, number in each.items():
                    if name not in made:
                        made[name] = params.like(backend.xp.zeros_like(params.flat, dtype=dtype))
                    made[name][param][...] = number
            self._arrays = {name: arrays.flat for name, arrays in made.items()}
            self._flat, self._numbers = params.flat, numbers
        return self._arrays
