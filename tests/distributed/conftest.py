"""Jobs of several processes, started by the mpiexec that is installed."""

from textwrap import dedent

import pytest

from tests import jobs
from xpnet.distributed import Communicator

START = """
import os, signal, sys, time
import numpy as np
import xpnet
"""


@pytest.fixture
def started():
    """``with started(3, code) as job:`` starts three processes; they end with the block."""

    def start(size, code, **variables):
        arguments = ["-W", "error", "-c", START + dedent(code)]
        return jobs.started(*[arguments] * size, **variables)

    return start


@pytest.fixture
def job(started):
    """``job(3, code)`` runs three processes of this code to their end."""

    def run(size, code, **variables):
        with started(size, code, **variables) as running:
            return running.end()

    return run


class Told(Communicator):
    """A rank whose neighbours' values are given: `others` are gathered after its own."""

    def __init__(self, *others):
        self.rank, self.size, self.local_rank = 0, 1 + len(others), 0
        self.others = others

    def gather(self, value):
        return [value, *self.others]


@pytest.fixture
def told():
    """Makes such a rank."""
    return Told
