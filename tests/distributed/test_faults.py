"""How a rank that fails ends the job: what it prints, when, and with which code."""

import signal
import sys

import pytest

from xpnet.distributed import faults
from xpnet.errors import DataError, DistributedError


class StoppedError(Exception):
    """Stands for the end of all processes."""


def stop(code):
    raise StoppedError(code)


@pytest.fixture
def waits(monkeypatch):
    """How long a rank has waited for those before it."""
    found = []
    monkeypatch.setattr(faults.time, "sleep", found.append)
    return found


@pytest.fixture(autouse=True)
def _restored():
    before = sys.excepthook, signal.getsignal(signal.SIGINT)
    yield
    sys.excepthook = before[0]
    signal.signal(signal.SIGINT, before[1])


def end(error, rank=1, **options):
    """End a job of three ranks; its code."""
    with pytest.raises(StoppedError) as caught:
        faults.end_job(error, rank, 3, stop, **options)
    return caught.value.args[0]


@pytest.mark.parametrize("error", [DataError("a file\nis bad"), OSError("a file is bad")])
def test_what_is_foreseen_is_one_line(error, waits, capsys):
    assert end(error) == 1
    assert capsys.readouterr().err == "xpnet: rank 1 of 3: a file is bad\n"


def test_what_all_ranks_raise_names_none_of_them(waits, capsys):
    end(DistributedError("lr differs", alike=True), rank=0)
    assert capsys.readouterr().err == "xpnet: lr differs\n"


def test_one_process_is_no_rank_and_has_no_launcher_to_wait_for(waits, capsys):
    with pytest.raises(StoppedError):
        faults.end_job(DataError("bad"), 0, 1, stop)
    with pytest.raises(StoppedError):
        faults.end_job(ArithmeticError("bad"), 0, 1, stop)
    assert capsys.readouterr().err == "xpnet: bad\nArithmeticError: bad\n"
    assert not any(waits)


def test_ctrl_c_has_the_code_of_a_shell(waits, capsys):
    assert end(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "xpnet: interrupted\n"


def test_an_error_without_words_is_named(waits, capsys):
    end(MemoryError())
    assert capsys.readouterr().err == "xpnet: rank 1 of 3: MemoryError\n"


def test_what_is_not_foreseen_is_a_traceback(waits, capsys):
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as error:
        end(error)
    said = capsys.readouterr().err
    assert said.startswith("xpnet: rank 1 of 3 has failed:\nTraceback")
    assert said.endswith("ZeroDivisionError: division by zero\n")


def test_ranks_wait_for_those_before_them_but_never_long(waits):
    for rank in (0, 1, 2, 8, 1000):
        end(DataError("bad"), rank)
    assert waits[::2] == [0, 1, 2, 4, 4]


def test_all_others_wait_longer_for_rank_0_where_it_has_the_same_message(waits):
    for rank in (0, 1, 1000):
        end(DistributedError("bad", alike=True), rank)
    assert waits[::2] == [0, 5, 5]


def test_the_launcher_has_time_to_read_what_is_printed_before_the_next_rank_prints(waits):
    end(DataError("bad"), rank=0)
    assert 0 < waits[-1] < faults.TURN


@pytest.mark.parametrize("kind", [OSError, ValueError, ArithmeticError])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_the_job_ends_though_a_stream_is_closed(stream, kind, waits, monkeypatch):
    class Closed:
        def write(self, text):
            raise kind

        flush = write

    monkeypatch.setattr(sys, stream, Closed())
    assert end(DataError("bad")) == 1


def test_ctrl_c_does_not_keep_a_job_from_ending(waits):
    end(DataError("bad"))
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_an_uncaught_exception_is_printed_by_the_hook_that_was_there(waits, capsys, monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda *what: seen.append(what))
    faults.install(1, 3, stop)
    error = DataError("bad")
    with pytest.raises(StoppedError):
        sys.excepthook(DataError, error, None)
    assert seen == [(DataError, error, None)]
    assert capsys.readouterr().err == "xpnet: rank 1 of 3 has failed:\n"


@pytest.mark.parametrize("error", [DistributedError("lr differs", alike=True), KeyboardInterrupt()])
def test_the_hook_prints_a_line_of_what_says_all(error, waits, capsys):
    faults.install(0, 3, stop)
    with pytest.raises(StoppedError):
        sys.excepthook(type(error), error, None)
    assert capsys.readouterr().err in ("xpnet: lr differs\n", "xpnet: interrupted\n")


SOON = """
from xpnet.distributed import faults
faults.TURN = 0.1  # only one rank fails, so none prints what another does
"""
RAISES = """
comm = xpnet.distributed.init()
if comm.rank == 1:
    raise ArithmeticError("planted")
while True:
    comm.all_reduce(np.ones(3))
"""


def test_a_rank_that_raises_ends_the_job_with_its_traceback(job):
    done = job(3, SOON + RAISES)
    assert done.code == 1
    assert done.said == ["xpnet: rank 1 of 3 has failed:"]
    assert done.err.count("Traceback") == done.err.count("ArithmeticError: planted") == 1


def test_what_every_rank_raises_is_printed_once(job):
    done = job(3, "xpnet.distributed.init()\nraise ArithmeticError('planted')")
    assert done.code == 1
    assert done.said == ["xpnet: rank 0 of 3 has failed:"]
    assert done.err.count("ArithmeticError: planted") == 1


ABORTS = """
comm = xpnet.distributed.init()
if comm.rank == 1:
    comm.abort(xpnet.errors.DataError("a file is bad"))
comm.barrier()
"""


def test_a_rank_that_aborts_ends_the_job_with_a_line(job):
    done = job(2, SOON + ABORTS)
    assert done.code == 1
    assert done.said == ["xpnet: rank 1 of 2: a file is bad"]
    assert "Traceback" not in done.err


WORKS = """
comm = xpnet.distributed.init()
comm.barrier()
if comm.rank == 1:
    print("ready", flush=True)
while True:
    comm.all_reduce(np.ones(3))
"""


def test_ctrl_c_on_mpiexec_ends_the_job_with_a_line(started):
    with started(3, WORKS) as job:
        assert job.process.stdout.readline() == "ready\n"
        job.process.send_signal(signal.SIGINT)
        done = job.end()
    assert done.code != 0
    assert "Traceback" not in done.err
    # MPICH hands Ctrl-C on; Open MPI kills all ranks, and shows no more of what they print
    assert done.said == (["xpnet: interrupted"] if "Sending Ctrl-C" in done.out else [])


KILLED = """
comm = xpnet.distributed.init()
comm.barrier()
if comm.rank == 1:
    os.kill(os.getpid(), signal.SIGKILL)
while True:
    comm.all_reduce(np.ones(3))
"""


def test_a_rank_that_is_killed_ends_the_job_and_mpiexec_says_so(job):
    done = job(3, KILLED)
    assert done.code != 0
    assert "signal 9" in done.out + done.err
    assert "Traceback" not in done.err
