"""Other code that does the training steps of xpnet; most needs the extra ``contenders``."""

from contenders.learner import Learner
from contenders.roster import CONTENDERS, Contender

__all__ = ["CONTENDERS", "Contender", "Learner"]
