"""A GPU for each rank, and NCCL between them: or one message on all ranks."""

import sys
from types import SimpleNamespace

import pytest

from xpnet.distributed.devices import PATIENCE, join
from xpnet.distributed.places import Place
from xpnet.errors import DistributedError


class Devices:
    """Stands for a backend that sees two devices."""

    used = None

    def devices(self):
        return ["x", "y"]

    def use_device(self, number):
        self.used = number


class AbortedError(Exception):
    """Stands for the end of all processes."""


@pytest.fixture
def rank(told):
    """Makes rank 1 of two, on one machine, which is told what rank 0 says, call by call."""

    class Rank(told):
        machine, arrives, waited = "here", True, None

        def __init__(self, *said):
            super().__init__(None)
            self.rank = self.local_rank = 1
            self.said = list(said)

        def gather(self, value):
            return [self.said.pop(0), value]

        def all_arrive(self, seconds=None):
            self.waited = seconds
            return self.arrives

        def abort(self, error):
            raise AbortedError(error)

    return Rank


@pytest.fixture
def nccl(monkeypatch):
    """Stands for xpnet's module of NCCL."""

    class NcclGroup:
        fails = False

        def __init__(self, size, identifier, rank):
            if self.fails:
                raise DistributedError("NCCL: planted")
            self.made = size, identifier, rank

    module = SimpleNamespace(
        NcclGroup=NcclGroup, load_nccl=lambda: None, new_identifier=lambda: b"not asked of rank 1"
    )
    monkeypatch.setitem(sys.modules, "xpnet.backends.cupy_nccl", module)
    return module


FIRST = Place("here", 0, ("x", "y"))


def test_a_rank_takes_its_device_and_the_identifier_of_rank_0(rank, nccl):
    backend, comm = Devices(), rank(FIRST, None, None, None, b"made by rank 0", None)
    assert join(comm, backend).made == (2, b"made by rank 0", 1)
    assert backend.used == 1
    assert comm.said == []


def test_more_ranks_than_devices_are_told_so_before_any_takes_one(rank, nccl):
    backend = Devices()
    with pytest.raises(DistributedError, match=r"init: expected a GPU for each rank") as caught:
        join(rank(Place("here", 0, ("y",))), backend)
    assert caught.value.alike
    assert backend.used is None


def test_ranks_without_nccl_are_named_before_any_waits_in_it(rank, nccl):
    def fail():
        raise DistributedError("NCCL is not found")

    nccl.load_nccl = fail
    with pytest.raises(DistributedError, match=r"^init: rank 1: NCCL is not found$") as caught:
        join(rank(FIRST, None, None), Devices())
    assert caught.value.alike


def test_if_rank_0_makes_no_identifier_all_ranks_say_why(rank, nccl):
    with pytest.raises(DistributedError, match=r"^init: rank 0: NCCL: no$") as caught:
        join(rank(FIRST, None, None, "NCCL: no"), Devices())
    assert caught.value.alike


def test_a_group_that_fails_on_another_rank_fails_here(rank, nccl):
    with pytest.raises(DistributedError, match=r"^init: rank 0: NCCL: no$") as caught:
        join(rank(FIRST, None, None, None, b"", "NCCL: no"), Devices())
    assert caught.value.alike


def test_a_group_that_fails_here_fails_on_all_ranks_that_do_not_wait_in_nccl(rank, nccl):
    nccl.NcclGroup.fails = True
    comm = rank(FIRST, None, None, None, b"", None)
    with pytest.raises(DistributedError, match=r"^init: rank 1: NCCL: planted$") as caught:
        join(comm, Devices())
    assert caught.value.alike
    assert comm.waited == PATIENCE


def test_ranks_that_wait_in_nccl_for_one_that_failed_are_ended(rank, nccl):
    nccl.NcclGroup.fails = True
    comm = rank(FIRST, None, None, None, b"")
    comm.arrives = False
    with pytest.raises(AbortedError, match="NCCL: planted"):
        join(comm, Devices())


def test_a_job_of_one_process_stays_on_its_device_and_needs_no_nccl(told):
    backend = Devices()
    assert join(told(), backend) is None
    assert backend.used is None
