"""Parameters: arrays under fixed names, and the flat buffer behind a network's."""

from xpnet.parameters.flat import Parameters, Scope
from xpnet.parameters.mappings import FixedNames, FreshGradients, NamedArrays, place_of

__all__ = ["FixedNames", "FreshGradients", "NamedArrays", "Parameters", "Scope", "place_of"]
