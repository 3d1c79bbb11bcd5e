"""What is timed of a device: the work and the wait for it, by the host's clock and its own."""

from types import SimpleNamespace

import pytest

import xpnet
from xpnet.backends import use_backend
from xpnet.backends.storage import Pool
from xpnet.bench import case
from xpnet.bench.case import EMULATED, NO_DEVICE, Case, CudaCase, SkippedCase, repeated
from xpnet.machine import CudaDevice


def unused():
    pytest.fail("set up where it cannot run")


class Device:
    """A backend, its events and the work in one, which keep the order of what is asked."""

    def __init__(self):
        self.log = []
        cuda = SimpleNamespace(Event=lambda: self, get_elapsed_time=lambda begun, ended: 250.0)
        self.xp = SimpleNamespace(cuda=cuda)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def record(self):
        self.log.append("event")

    def synchronize(self):
        self.log.append("wait")

    def work(self, k):
        self.log.append(k)

    def pool(self):
        return Pool(used=1, held=2_000_000, free=3, total=4)


@pytest.fixture
def device(monkeypatch):
    """What plays the GPU."""
    made = Device()
    monkeypatch.setattr(case, "cuda_device", lambda: CudaDevice("gpu", "some GPU"))
    monkeypatch.setattr(case, "load_backend", lambda name: made)
    monkeypatch.setattr(case, "use_backend", lambda name: made)
    return made


def test_a_run_repeats_the_work():
    calls = []
    repeated(lambda: calls.append(1))(5)
    assert len(calls) == 5


def test_the_host_works_on_numpy_whatever_is_current(elsewhere):
    made = []
    with use_backend(elsewhere):
        Case("a", lambda k: made.append(xpnet.get_backend().name)).run(1)
    assert made == ["numpy"]


def test_the_host_can_always_run_and_has_no_other_clock():
    one = Case("a", unused)
    assert one.prepare(3, timed=True) == ""
    assert one.device_seconds(3, 2) == []


def test_a_skipped_case_gives_its_reason():
    assert SkippedCase("JAX", "not installed").prepare(1, timed=True) == "not installed"


def test_without_a_device_nothing_is_set_up(monkeypatch):
    monkeypatch.setattr(case, "cuda_device", lambda: CudaDevice("none", "no CUDA device (why)"))
    assert CudaCase("a", unused).prepare(1, timed=True) == NO_DEVICE


def test_an_emulated_device_runs_only_what_is_not_timed(monkeypatch, device):
    monkeypatch.setattr(case, "cuda_device", lambda: CudaDevice("emulated", "emulated: cuda:0"))
    assert CudaCase("a", unused).prepare(1, timed=True) == EMULATED
    one = CudaCase("a", lambda: device.work)
    assert one.prepare(1, timed=False) == ""
    assert device.log == []
    one.run(1)
    assert 1 in device.log


def test_work_on_a_device_begins_and_ends_with_it_idle(device):
    one = CudaCase("a", lambda: device.work)
    one.prepare(1, timed=False)
    one.run(3)
    assert device.log == ["wait", 3, "wait"]


def test_the_first_run_does_all_units_and_is_told_with_the_state_of_the_pool(device):
    one = CudaCase("a", lambda: device.work)
    assert one.prepare(7, timed=True) == ""
    assert 7 in device.log
    assert one.note.startswith("first run 0.00 s with compilation")
    assert one.note.endswith(", then the pool holds 2 MB")


def test_between_two_events_stands_the_work_alone(device):
    one = CudaCase("a", lambda: device.work)
    one.prepare(1, timed=False)
    assert one.device_seconds(5, turns=2) == [0.25, 0.25]
    assert device.log == ["event", 5, "event", "wait"] * 2


@pytest.mark.emulated
def test_the_device_works_on_cupy_whatever_is_current():
    made = []
    one = CudaCase("a", lambda: lambda k: made.append(xpnet.get_backend().name))
    assert one.prepare(1, timed=False) == ""
    with use_backend("numpy"):
        one.run(1)
    assert made == ["cupy"]
