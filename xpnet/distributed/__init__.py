"""Several processes that train one network: communicators, over MPI and NCCL."""

from xpnet.distributed.communicator import Communicator
from xpnet.distributed.launch import init
from xpnet.distributed.shares import share

__all__ = ["Communicator", "init", "share"]
