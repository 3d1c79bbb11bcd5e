"""Jobs whose arrays are CuPy's: NCCL between processes, on emulated devices."""

import pytest

pytestmark = pytest.mark.emulated

COLLECTIVES = """
import hashlib
comm = xpnet.distributed.init("cupy")
cupy = xpnet.backends.load_backend("cupy").xp
assert xpnet.get_backend().name == "numpy"  # nothing but the device is switched
assert cupy.cuda.runtime.getDevice() == comm.rank
ranks = range(comm.size)

for dtype in "float32", "float64":
    for n in 0, 1, 7, 1023, 100_003:
        draws = np.random.default_rng([comm.rank, n])
        host = (draws.normal(size=n) * 10.0 ** draws.integers(-6, 6, size=n)).astype(dtype)
        array = cupy.asarray(host)
        assert array.device.id == comm.rank
        comm.all_reduce(array)
        assert len(set(comm.gather(hashlib.sha256(array.get()).digest()))) == 1, (dtype, n)
        comm.all_reduce(host)  # NumPy's arrays are added up too
        np.testing.assert_allclose(array.get(), host, rtol=1e-5 if dtype == "float32" else 1e-12)

counts = cupy.asarray([comm.rank, 2**53 + 1])
with cupy.cuda.Stream():
    counts *= 2
    comm.all_reduce(counts)
    counts += 1
    assert counts.get().tolist() == [2 * sum(ranks) + 1, 2 * comm.size * (2**53 + 1) + 1]

for root in ranks:
    array = cupy.full((2, 3), comm.rank, "float32")
    comm.broadcast(array, root)
    assert (array.get() == root).all()

comm.barrier()
assert xpnet.distributed.init("cupy") is comm
print("done")
"""


@pytest.mark.parametrize("size", [1, 3])
def test_arrays_on_devices_are_added_up_on_the_current_stream(size, job):
    done = job(size, COLLECTIVES, CUDAEMU_DEVICES=str(size))
    assert (done.code, done.err) == (0, "")
    assert done.out.count("done") == size


def said(done):
    """The one message of a job that has failed."""
    assert done.code == 1
    assert "Traceback" not in done.err
    (message,) = done.said
    return message


def test_more_ranks_than_devices_are_told_the_numbers(job):
    message = said(job(3, "xpnet.distributed.init('cupy')", CUDAEMU_DEVICES="2"))
    assert message.startswith("xpnet: init: expected a GPU for each rank, got 3 ranks and 2 GPUs")


def test_arrays_on_a_device_need_a_job_that_asked_for_devices(job):
    code = "xpnet.distributed.init().all_reduce(xpnet.asarray([1.0], backend='cupy'))"
    message = said(job(2, code, CUDAEMU_DEVICES="2"))
    assert message.endswith("but no GPU was asked for: xpnet.distributed.init('cupy')")


FAILS = """
from xpnet.backends import cupy_nccl
from xpnet.distributed import devices
from xpnet.errors import DistributedError
devices.PATIENCE = 0.5
def fail(*options):
    raise DistributedError("NCCL: planted")
if os.environ.get("PMI_RANK", os.environ.get("OMPI_COMM_WORLD_RANK")) == "{rank}":
    cupy_nccl.{name} = fail
xpnet.distributed.init("cupy")
"""


def test_if_rank_0_cannot_begin_nobody_waits(job):
    code = FAILS.format(rank=0, name="new_identifier")
    message = said(job(2, code, CUDAEMU_DEVICES="2"))
    assert message == "xpnet: init: rank 0: NCCL: planted"


def test_a_rank_that_cannot_join_ends_those_that_wait_for_it_in_nccl(job):
    code = FAILS.format(rank=1, name="NcclGroup")
    message = said(job(2, code, CUDAEMU_DEVICES="2"))
    assert message == "xpnet: rank 1 of 2: NCCL: planted"


EXITS = """
from xpnet.distributed import departures
departures.GRACE = 0.1  # so the test takes less time
comm = xpnet.distributed.init("cupy")
array = xpnet.asarray(np.ones(3), backend="cupy")
comm.all_reduce(array)
if comm.rank == 1:
    sys.exit(3)
comm.all_reduce(array)
array.get()
"""


def test_a_rank_that_exits_ends_those_that_wait_for_it_on_their_devices(job):
    message = said(job(3, EXITS, CUDAEMU_DEVICES="3"))
    assert message.startswith("xpnet: rank 0 of 3: waits for rank 1, which has ended")
