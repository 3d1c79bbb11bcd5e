"""Other libraries doing what a training step of xpnet does; most are optional."""

from xpnet.bench.peers.learner import Learner
from xpnet.bench.peers.roster import PEERS, Peer

__all__ = ["PEERS", "Learner", "Peer"]
