"""What is timed of a device: the work and the wait for it, by the host's clock and its own."""

from types import SimpleNamespace

import pytest

from xpnet.backends.base import Pool
from xpnet.bench import on_device


class Recorder:
    """A backend, its events and the work in one, which keep the order of what is asked."""

    def __init__(self):
        self.log = []
        cuda = SimpleNamespace(Event=lambda: self, get_elapsed_time=lambda begun, ended: 250.0)
        self.xp = SimpleNamespace(cuda=cuda)

    def record(self):
        self.log.append("event")

    def synchronize(self):
        self.log.append("wait")

    def work(self):
        self.log.append("work")

    def pool(self):
        return Pool(used=1, held=2_000_000, free=3, total=4)


@pytest.fixture
def recorder():
    return Recorder()


def test_work_is_waited_for_before_the_clock_starts_and_before_it_stops(recorder):
    on_device.until_idle(recorder, recorder.work)()
    assert recorder.log == ["wait", "work", "wait"]


def test_between_two_events_stands_the_work_alone(recorder):
    seconds = on_device.seconds_by_events(recorder, recorder.work, turns=2)
    assert recorder.log == ["event", "work", "event", "wait"] * 2
    assert seconds == [0.25, 0.25]


def test_the_first_run_is_told_apart_with_the_state_of_the_pool(recorder):
    told = on_device.first_run(recorder, recorder.work)
    assert recorder.log == ["work"]
    assert told.startswith("first run 0.00 s with compilation")
    assert told.endswith("then the pool holds 2 MB")


@pytest.mark.emulated
def test_counts_are_of_so_many_units_with_kernels_compiled_and_pool_full(memory_pool):
    import xpnet

    with xpnet.use_backend("cupy"):
        x = xpnet.asarray([1.0, 2.0])
        told = on_device.counts(lambda k: [x * 2 for _ in range(k)], 3)
    assert told == (
        "emulated, not timed; 3 x: 3 launches, 0 copies to and 0 from the device, 0 waits, "
        "0 allocations"
    )
