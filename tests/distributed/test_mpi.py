"""Collective calls over MPI, and what is said where there is no MPI."""

import pytest

from xpnet.distributed import mpi
from xpnet.errors import MissingExtraError

COLLECTIVES = """
import hashlib
comm = xpnet.distributed.init()
ranks = range(comm.size)
assert (comm.size, comm.local_rank) == (SIZE, comm.rank)
assert comm.is_main == (comm.rank == 0)

# bit for bit the same on all ranks, whatever the order that the sum is taken in
for dtype in "float32", "float64":
    for n in 0, 1, 2, 3, 7, 101, 1023, 4097, 100_003:
        draws = np.random.default_rng([comm.rank, n])
        array = (draws.normal(size=n) * 10.0 ** draws.integers(-6, 6, size=n)).astype(dtype)
        parts = comm.gather(array) if n < 1000 else None
        comm.all_reduce(array)
        assert len(set(comm.gather(hashlib.sha256(array).digest()))) == 1, (dtype, n)
        if parts:
            bound = SIZE * np.finfo(dtype).eps * np.abs(parts).sum(axis=0)
            assert (np.abs(array - np.sum(parts, axis=0, dtype="float64")) <= bound).all()

counts = np.array([[comm.rank, 1], [2**53 + 1, -1]])
comm.all_reduce(counts)
assert counts.tolist() == [[sum(ranks), SIZE], [SIZE * (2**53 + 1), -SIZE]]
scalar = np.array(0.5)
comm.all_reduce(scalar)
assert scalar == 0.5 * SIZE

for root in ranks:
    array = np.full((2, 3), comm.rank, "float32")
    comm.broadcast(array, root)
    assert (array == root).all()

assert comm.gather({"rank": comm.rank}) == [{"rank": rank} for rank in ranks]
comm.barrier()
comm.agree("test", {"size": comm.size})
assert xpnet.distributed.init() is comm
print("done")
"""


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_collective_calls_of_so_many_ranks(size, job):
    done = job(size, COLLECTIVES.replace("SIZE", str(size)))
    assert (done.code, done.err) == (0, "")
    assert done.out.count("done") == size


def test_a_script_started_without_a_launcher_is_one_rank(python):
    pytest.importorskip("mpi4py", reason="asks what mpi4py does")
    done = python(f"import numpy as np, xpnet\n{COLLECTIVES.replace('SIZE', '1')}")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "done\n")


def test_a_launcher_of_another_mpi_is_found_out(python):
    pytest.importorskip("mpi4py", reason="asks what mpi4py does")
    done = python("import xpnet; xpnet.distributed.init()", SLURM_STEP_NUM_TASKS="3")
    assert done.returncode == 1
    assert "DistributedError: expected 3 processes, as the launcher says, got 1" in done.stderr


def test_without_mpi4py_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(mpi.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'xpnet\[mpi\]', and an MPI"):
        mpi.load_mpi()


def test_without_an_mpi_it_is_said_how_to_get_one(python):
    pytest.importorskip("mpi4py", reason="asks what mpi4py does")
    done = python("import xpnet; xpnet.distributed.init()", MPI4PY_LIBMPI="/nowhere/libmpi.so")
    assert "MissingExtraError: mpi4py is installed, but finds no MPI: cannot load" in done.stderr


def test_importing_the_subpackage_does_not_start_mpi(python):
    done = python("import sys, xpnet; xpnet.distributed.init; print('mpi4py' in sys.modules)")
    assert done.stdout == "False\n"


SENDS = """
class Other(np.ndarray):
    pass
class OtherBackend(xpnet.backends.NumpyBackend):
    name, array_type = "other", Other
    def asarray(self, x, dtype=None):
        return np.array(x, dtype).view(Other)
xpnet.register_backend("other", OtherBackend)
comm = xpnet.distributed.init("other")
try:
    comm.all_reduce(xpnet.asarray([1.0], backend="other"))
except xpnet.errors.ArgumentTypeError as error:
    print(error)
"""


def test_arrays_of_other_backends_are_not_sent(job):
    done = job(2, SENDS)
    assert (done.code, done.err) == (0, "")
    assert done.out.count("expected an array of NumPy or CuPy, got one of other") == 2
