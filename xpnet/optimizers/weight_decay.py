"""DecayingOptimizer: an optimizer that can pull the weights towards 0."""

from __future__ import annotations

from typing import Any, ClassVar

from xpnet.backends import UpdateRule
from xpnet.checks import from_zero
from xpnet.errors import OptionError
from xpnet.optimizers.base import Optimizer
from xpnet.optimizers.schedule import Rate

__all__ = ["DecayingOptimizer"]


class DecayingOptimizer(Optimizer):
    """An optimizer with two rules, of which one pulls the weights towards 0.

    Parameters
    ----------
    lr : float or callable
    weight_decay : float
        From 0 on; 0 steps by `rule`, another number by `decaying`.
    decay_biases : bool
        Whether biases decay too: parameters of fewer than two dimensions.

    Attributes
    ----------
    decaying : UpdateRule
        Of the class: with the state and the numbers of `rule`, and `weight_decay` as the one
        number that is entrywise.
    """

    decaying: ClassVar[UpdateRule]

    def __init__(self, lr: Rate, weight_decay: float, decay_biases: bool) -> None:
        super().__init__(lr)
        self.weight_decay = from_zero("weight_decay", weight_decay)
        if not isinstance(decay_biases, bool):
            raise OptionError(f"decay_biases: expected True or False, got {decay_biases!r:.100}")
        self.decay_biases = decay_biases

    @property
    def current_rule(self) -> UpdateRule:
        """`decaying`, or `rule` where nothing decays: that reads one array less."""
        return self.decaying if self.weight_decay else self.rule

    def options(self) -> dict[str, Any]:
        """`lr`, `weight_decay` and `decay_biases`; override to add."""
        return {
            "lr": self.lr,
            "weight_decay": self.weight_decay,
            "decay_biases": self.decay_biases,
        }

    def entrywise(self, dimensions: int) -> dict[str, float]:
        """`weight_decay`, which is 0 for biases, unless these decay too."""
        decays = self.decay_biases or dimensions > 1
        return {"weight_decay": self.weight_decay if decays else 0.0}

    def __repr__(self) -> str:
        text = super().__repr__()
        return f"{text[:-1]}, weight_decay={self.weight_decay:g})" if self.weight_decay else text
