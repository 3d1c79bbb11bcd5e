import pytest

import xpnet
from xpnet.backends import load_backend, use_backend
from xpnet.bench import contest as module
from xpnet.bench import entrants, on_device
from xpnet.bench.contest import CUDA, NO_DEVICE, OURS, RAN, Contest, repeated
from xpnet.bench.cuda import Cuda
from xpnet.bench.results import Row
from xpnet.bench.timing import Spread


@pytest.fixture(autouse=True)
def _no_device(monkeypatch):
    monkeypatch.setattr(module, "cuda", lambda: Cuda("none", "no CUDA device"))


@pytest.fixture
def seconds(monkeypatch):
    """What the clock will say of each contender, turn by turn."""
    said = {}

    def interleave(contenders, turns, warm, tick):
        for work in contenders.values():
            work()
        return {name: said[name] for name in contenders}

    monkeypatch.setattr(module, "interleave", interleave)
    return said


def nothing(k):
    pass


def test_a_run_repeats_the_work():
    calls = []
    repeated(lambda: calls.append(1))(5)
    assert len(calls) == 5


def test_times_are_of_one_unit_and_ratios_are_ours_over_theirs(seconds):
    contest = Contest("step", "784-50-10", units=10)
    contest.enter(OURS, nothing)
    contest.enter("a peer", nothing, aim=0.4)
    seconds.update({OURS: [10.0, 20.0], "a peer": [40.0, 80.0]})
    ours, peer = contest.rows(turns=2)
    assert (ours.table, ours.work, ours.contender) == ("step", "784-50-10", OURS)
    assert ours.seconds == Spread(1.5, 1.25, 1.75)
    assert ours.ratio is None
    assert peer.ratio == Spread(0.25, 0.25, 0.25)
    assert peer.aim == 0.4


def test_a_share_of_the_work_is_extrapolated_to_all_of_it(seconds):
    contest = Contest("gradient", "3 images")
    contest.enter(OURS, nothing)
    contest.enter("the loop", nothing, share=1 / 100, note="extrapolated")
    seconds.update({OURS: [1.0], "the loop": [0.5]})
    loop = contest.rows(turns=1)[1]
    assert loop.seconds.median == pytest.approx(50)
    assert loop.ratio.median == pytest.approx(1 / 50)
    assert loop.note == "extrapolated"


def test_each_turn_does_as_many_units_as_were_said(seconds):
    asked = []
    contest = Contest("step", "small", units=7)
    contest.enter(OURS, asked.append)
    seconds[OURS] = [1.0]
    contest.rows(turns=1)
    assert asked == [7]


def test_a_note_may_be_told_when_the_work_is_done(seconds):
    done = []
    contest = Contest("run", "whole")
    contest.enter(OURS, done.append, note=lambda: f"{len(done)} done")
    seconds[OURS] = [1.0]
    assert contest.rows(turns=1)[0].note == "1 done"


def test_who_is_left_out_keeps_a_row_with_the_reason(seconds):
    contest = Contest("step", "small")
    contest.enter(OURS, nothing)
    contest.leave_out("JAX", "jax is not installed")
    seconds[OURS] = [1.0]
    row = contest.rows(turns=1)[1]
    assert (row.contender, row.seconds, row.note) == ("JAX", None, "jax is not installed")


def test_without_a_device_the_row_says_so_and_nothing_is_made(seconds):
    contest = Contest("step", "small")
    contest.enter(OURS, nothing)
    contest.enter_cuda(lambda: pytest.fail("nothing runs in the device's place"))
    seconds[OURS] = [1.0]
    row = contest.rows(turns=1)[1]
    assert (row.contender, row.seconds, row.note) == (CUDA, None, NO_DEVICE)
    assert contest.contenders == [OURS]


def test_untimed_everybody_works_once_and_no_time_is_told():
    asked = []
    contest = Contest("step", "small", units=50)
    contest.enter(OURS, asked.append)
    contest.enter("a peer", asked.append, aim=0.4, note="of it something is known")
    rows = contest.rows(turns=9, timed=False)
    assert asked == [1, 1]
    assert [(row.seconds, row.ratio, row.note) for row in rows] == [(None, None, RAN)] * 2


def test_the_host_works_on_numpy_whatever_is_current(elsewhere):
    made = []
    contest = Contest("step", "small")
    contest.enter(OURS, lambda k: made.append(xpnet.get_backend().name))
    with xpnet.use_backend(elsewhere):
        contest.rows(turns=1, timed=False)
    assert made == ["numpy"]


@pytest.mark.emulated
def test_the_device_works_on_cupy_whatever_is_current(monkeypatch):
    monkeypatch.undo()
    made = []
    contest = Contest("step", "small")
    contest.enter_cuda(lambda: lambda k: made.append(xpnet.get_backend().name))
    contest.rows(turns=1, timed=False)
    assert set(made) == {"cupy"}


def test_alone_is_one_unit_of_ours():
    asked = []
    contest = Contest("step", "small", units=50, ours="mine")
    contest.enter("mine", asked.append)
    contest.alone()
    assert asked == [1]


@pytest.mark.emulated
@pytest.mark.parametrize("timed", [True, False])
def test_an_emulated_device_is_counted_and_never_timed(monkeypatch, seconds, memory_pool, timed):
    monkeypatch.undo()
    contest = Contest("sum", "small", units=4)
    contest.enter(OURS, nothing)

    def make():
        x = xpnet.asarray([1.0, 2.0])
        return repeated(lambda: x + 1)

    contest.enter_cuda(make)
    row = contest.rows(turns=2, timed=timed)[1]
    k = 4 if timed else 1
    assert (row.seconds, row.ratio, row.device_seconds) == (None, None, None)
    assert row.note == (
        f"emulated, not timed; {k} x: {k} launches, 0 copies to and 0 from the device, 0 waits, "
        "0 allocations"
    )


@pytest.mark.emulated
def test_an_emulated_device_gets_the_trial_where_there_is_one(monkeypatch):
    monkeypatch.undo()
    contest = Contest("run", "whole")
    contest.enter(OURS, nothing)
    contest.enter_cuda(lambda: pytest.fail("would take hours"), lambda: nothing)
    assert "1 x: 0 launches" in contest.rows(turns=1)[1].note


@pytest.fixture
def numpy_as_gpu(monkeypatch):
    """NumPy plays the GPU, whose clock says a second of whatever it is asked."""
    numpy = load_backend("numpy")
    monkeypatch.setattr(module, "cuda", lambda: Cuda("gpu", "some GPU"))
    monkeypatch.setattr(entrants, "load_backend", lambda name: numpy)
    monkeypatch.setattr(entrants, "use_backend", lambda name: use_backend("numpy"))
    monkeypatch.setattr(on_device, "seconds_by_events", lambda backend, work, turns: [1.0] * turns)


def test_ratios_on_a_gpu_refer_to_whom_the_contest_names(numpy_as_gpu, seconds):
    contest = Contest("step", "small", units=2, ours=CUDA)
    contest.enter_cuda(lambda: nothing)
    contest.enter_cuda_peer("a peer", lambda: nothing)
    seconds.update({CUDA: [2.0, 4.0], "a peer": [4.0, 8.0]})
    ours, peer = contest.rows(turns=2)
    assert (ours.contender, ours.ratio, ours.seconds.median) == (CUDA, None, 1.5)
    assert peer.ratio == Spread(0.5, 0.5, 0.5)
    assert peer.device_seconds == Spread(0.5, 0.5, 0.5)
    assert contest.contenders == [CUDA, "a peer"]


def test_a_contender_that_fails_between_its_turns_loses_its_times_and_nobody_elses(
    numpy_as_gpu, seconds
):
    calls = []

    def tires(k):
        calls.append(k)
        if len(calls) > 1:
            raise MemoryError("no room")

    contest = Contest("step", "small", ours=CUDA)
    contest.enter_cuda(lambda: nothing)
    contest.enter_cuda_peer("tires", lambda: tires)
    contest.enter_cuda_peer("stays", lambda: nothing)
    seconds.update({CUDA: [1.0], "tires": [0.0], "stays": [2.0]})
    ours, tired, stays = contest.rows(turns=1)
    assert tired == Row("step", "small", "tires", note="failed: MemoryError: no room")
    assert stays.ratio.median == 0.5
    assert ours.device_seconds.median == 1.0


def test_untimed_a_gpu_runs_everybody_once(numpy_as_gpu):
    asked = []
    contest = Contest("step", "small", units=9, ours=CUDA)
    contest.enter_cuda(lambda: lambda k: asked.append(k))
    contest.enter_cuda_peer("a peer", lambda: lambda k: asked.append(k))
    assert [row.note for row in contest.rows(turns=5, timed=False)] == [RAN, RAN]
    assert asked == [1, 1]
    contest.alone()
    assert asked == [1, 1, 1]
