"""A rank that ends while others wait for it ends them too; a rank that is only late does not."""

import signal
import time

SOON = """
from xpnet.distributed import departures
departures.GRACE = 0.1  # so the test takes less time
"""
EXITS = """
comm = xpnet.distributed.init()
comm.barrier()
if comm.rank == 1:
    sys.exit(3)
while True:
    comm.all_reduce(np.ones(3))
"""


def test_a_rank_that_exits_ends_those_that_wait_for_it(job):
    done = job(3, SOON + EXITS)
    assert done.code == 1
    (said,) = done.said
    assert said.startswith("xpnet: rank 0 of 3: waits for rank 1, which has ended: all ranks")


LATE = """
comm = xpnet.distributed.init()
comm.barrier()
if comm.is_main:
    time.sleep(0.6)  # longer than the others wait before they say that they have ended
    print("written")
"""


def test_a_rank_that_has_work_to_do_alone_is_left_to_do_it(job):
    done = job(3, SOON + LATE)
    assert (done.code, done.out, done.said) == (0, "written\n", [])


SEVERAL = """
comm = xpnet.distributed.init()
if comm.rank == 0:
    time.sleep(0.6)
    comm.barrier()
"""


def test_all_that_are_missed_are_named(job):
    done = job(3, SOON + SEVERAL)
    assert done.code == 1
    assert "waits for ranks 1 and 2, which have ended" in done.said[0]


DONE = """
comm = xpnet.distributed.init()
comm.barrier()
if comm.rank == 1:
    print("ready", flush=True)
    sys.exit()
time.sleep(60)
"""


def test_ctrl_c_is_for_the_ranks_that_still_work(started):
    with started(2, DONE) as job:
        assert job.process.stdout.readline() == "ready\n"
        time.sleep(0.3)  # until rank 1 waits at its end
        job.process.send_signal(signal.SIGINT)
        done = job.end()
    assert done.code != 0
    assert "Traceback" not in done.err
    # Open MPI shows no more of what ranks print
    assert done.said == (["xpnet: interrupted"] if "Sending Ctrl-C" in done.out else [])
