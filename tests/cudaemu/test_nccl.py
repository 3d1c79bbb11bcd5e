"""The emulated NCCL, with all ranks in one process: each group has the calls of them all."""

import numpy as np
import pytest

pytestmark = [pytest.mark.emulated, pytest.mark.devices(3)]

RANKS = 3
TYPES = {
    "int8": 0, "uint8": 1, "int32": 2, "uint32": 3, "int64": 4, "uint64": 5,
    "float16": 6, "float32": 7, "float64": 8,
}  # fmt: skip
FLOAT32, BFLOAT16 = 7, 9
SUM, PROD, MAX, MIN, AVG = range(5)


class World:
    """The ranks 0, 1 and 2, on devices of these numbers."""

    def __init__(self, cp, nccl):
        self.cp, self.nccl = cp, nccl
        self.comms = nccl.NcclCommunicator.initAll(RANKS)

    def put(self, values):
        """The array of each rank, on its device."""
        arrays = []
        for rank, value in enumerate(values):
            with self.cp.cuda.Device(rank):
                arrays.append(self.cp.asarray(value))
        return arrays

    def zeros(self, n, dtype=np.float32):
        return self.put([np.zeros(n, dtype)] * RANKS)

    def together(self, call):
        """A group of what `call(rank, comm)` calls."""
        self.nccl.groupStart()
        for rank, comm in enumerate(self.comms):
            call(rank, comm)
        self.nccl.groupEnd()

    def all_reduce(self, values, kind, op=SUM):
        """What each rank gets."""
        given = self.put(values)
        taken = self.put([np.zeros_like(value) for value in values])
        self.together(
            lambda rank, comm: comm.allReduce(
                given[rank].data.ptr, taken[rank].data.ptr, given[rank].size, kind, op, 0
            )
        )
        return [x.get() for x in taken]


@pytest.fixture
def world(cp, cudaemu, nccl):
    with cudaemu.settings(devices=RANKS):
        world = World(cp, nccl)
    yield world
    for comm in world.comms:
        comm.destroy()


def values(n, dtype, seed=0):
    rng = np.random.default_rng(seed)
    return [(rng.standard_normal(n) * 50).astype(np.int64).astype(dtype) if np.dtype(dtype).kind
            in "iu" else rng.standard_normal(n).astype(dtype) for _ in range(RANKS)]  # fmt: skip


def all_equal(arrays, expected):
    return all(x.tobytes() == expected.tobytes() for x in arrays)


def test_cupy_finds_it(nccl):
    assert nccl.available
    assert nccl.get_version() == nccl.get_build_version()


def test_each_communicator_knows_its_place(world):
    places = [(comm.rank_id(), comm.device_id(), comm.size()) for comm in world.comms]
    assert places == [(0, 0, 3), (1, 1, 3), (2, 2, 3)]


@pytest.mark.parametrize("dtype", TYPES)
def test_a_sum_is_numpys_in_the_order_of_the_ranks_on_every_rank(world, dtype):
    a, b, c = values(1001, dtype)
    assert all_equal(world.all_reduce([a, b, c], TYPES[dtype]), (a + b) + c)


@pytest.mark.parametrize(
    ("op", "function"), [(PROD, np.multiply), (MAX, np.maximum), (MIN, np.minimum)]
)
@pytest.mark.parametrize("dtype", ["int8", "uint64", "float16", "float64"])
def test_other_reductions_are_numpys(world, op, function, dtype):
    a, b, c = values(97, dtype)
    assert all_equal(world.all_reduce([a, b, c], TYPES[dtype], op), function(function(a, b), c))


def test_an_average_of_floats_multiplies_before_it_adds(world):
    a, b, c = values(97, "float32")
    third = np.float32(1 / 3)
    assert all_equal(world.all_reduce([a, b, c], FLOAT32, AVG), (a * third + b * third) + c * third)


def test_an_average_of_integers_divides_the_sum_towards_zero(world):
    given = [np.array(x, np.int32) for x in ([1, -1], [2, -2], [2, -2])]
    assert all_equal(world.all_reduce(given, TYPES["int32"], AVG), np.array([1, -1], np.int32))


def test_the_largest_of_a_number_and_nan_is_the_number(world):
    given = [np.array([x], np.float32) for x in (1, np.nan, 2)]
    assert all_equal(world.all_reduce(given, FLOAT32, MAX), np.array([2], np.float32))


def bfloat16(values):
    """The bits of numbers that bfloat16 holds exactly."""
    return (np.asarray(values, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def test_a_sum_in_bfloat16_is_rounded_to_even_at_each_step(world):
    # 8 bits of significand: above 256 the numbers are two apart, and 257 and 259 are ties
    given = [bfloat16(x) for x in ([256, 1, 258, np.nan], [1, 2, 1, 0], [2, 4, 0, 0])]
    taken = world.all_reduce(given, BFLOAT16)
    assert all_equal([x[:3] for x in taken], bfloat16([258, 7, 260]))
    assert all(np.isnan((x[3:].astype(np.uint32) << 16).view(np.float32)).all() for x in taken)


def test_what_is_longer_than_a_chunk_is_reduced_whole(world):
    a, b, c = values(300_001, "float64")
    assert all_equal(world.all_reduce([a, b, c], TYPES["float64"]), (a + b) + c)


def test_nothing_is_reduced_to_nothing(world):
    assert [x.size for x in world.all_reduce([np.zeros(0, np.float32)] * RANKS, FLOAT32)] == [0] * 3


@pytest.mark.parametrize("root", range(RANKS))
def test_a_broadcast_brings_the_roots_values_to_all(world, root):
    given, taken = world.put(values(9, "float32")), world.zeros(9)

    def call(rank, comm):
        send = given[rank].data.ptr if rank == root else 0  # the others' are not read
        comm.broadcast(send, taken[rank].data.ptr, 9, FLOAT32, root, 0)

    world.together(call)
    assert all_equal([x.get() for x in taken], given[root].get())


def test_a_broadcast_in_place(world):
    given = values(9, "float32")
    x = world.put(given)
    world.together(lambda rank, comm: comm.bcast(x[rank].data.ptr, 9, FLOAT32, 1, 0))
    assert all_equal([y.get() for y in x], given[1])


def test_a_reduction_to_one_rank_leaves_the_others_as_they_were(world):
    a, b, c = given = values(9, "float32")
    x, y = world.put(given), world.zeros(9)

    def call(rank, comm):
        taken = y[rank].data.ptr if rank == 2 else 0
        comm.reduce(x[rank].data.ptr, taken, 9, FLOAT32, SUM, 2, 0)

    world.together(call)
    assert all_equal([y[2].get()], (a + b) + c)
    assert not y[0].get().any()


@pytest.mark.parametrize("n", [5, 300_001])
def test_a_gather_stands_in_the_order_of_the_ranks(world, n):
    given = values(n, "float32")
    x, y = world.put(given), world.zeros(RANKS * n)
    world.together(
        lambda rank, comm: comm.allGather(x[rank].data.ptr, y[rank].data.ptr, n, FLOAT32, 0)
    )
    assert all_equal([z.get() for z in y], np.concatenate(given))


@pytest.mark.parametrize("n", [5, 200_001])
def test_each_rank_gets_its_part_of_a_scattered_sum(world, n):
    a, b, c = given = values(RANKS * n, "float32")
    x, y = world.put(given), world.zeros(n)
    world.together(
        lambda rank, comm: comm.reduceScatter(
            x[rank].data.ptr, y[rank].data.ptr, n, FLOAT32, SUM, 0
        )
    )
    assert np.concatenate([z.get() for z in y]).tobytes() == ((a + b) + c).tobytes()


def test_a_gather_and_a_scattered_sum_in_place(world):
    a, b, c = given = values(RANKS * 5, "float32")
    x = world.put(given)

    def parts(rank):
        return x[rank].data.ptr + rank * 5 * 4

    world.together(
        lambda rank, comm: comm.reduceScatter(x[rank].data.ptr, parts(rank), 5, FLOAT32, SUM, 0)
    )
    world.together(lambda rank, comm: comm.allGather(parts(rank), x[rank].data.ptr, 5, FLOAT32, 0))
    assert all_equal([z.get() for z in x], (a + b) + c)


@pytest.mark.parametrize("n", [0, 7, 50_001])
def test_sends_and_receives_of_a_group_go_round(world, n):
    given = values(n, "float32")
    x, y = world.put(given), world.zeros(n)

    def call(rank, comm):
        comm.send(x[rank].data.ptr, n, FLOAT32, (rank + 1) % RANKS, 0)
        comm.recv(y[rank].data.ptr, n, FLOAT32, (rank - 1) % RANKS, 0)

    world.together(call)
    assert [z.get().tobytes() for z in y] == [given[rank - 1].tobytes() for rank in range(RANKS)]


def test_a_rank_sends_to_itself_twice_in_order(world):
    x, y = world.put(values(2, "float32")), world.zeros(2)

    def call(rank, comm):
        for i in range(2):
            comm.send(x[rank].data.ptr + 4 * i, 1, FLOAT32, rank, 0)
        for i in range(2):
            comm.recv(y[rank].data.ptr + 4 * i, 1, FLOAT32, rank, 0)

    world.together(call)
    assert [z.get().tolist() for z in y] == [z.get().tolist() for z in x]


def test_groups_within_a_group_are_done_with_the_outermost(world, nccl):
    x = world.put([np.ones(1, np.float32)] * RANKS)
    nccl.groupStart()
    world.together(
        lambda rank, comm: comm.allReduce(x[rank].data.ptr, x[rank].data.ptr, 1, FLOAT32, SUM, 0)
    )
    assert x[0].get() == 1
    nccl.groupEnd()
    assert [float(y.get()[0]) for y in x] == [3, 3, 3]


def test_communicators_are_made_in_a_group_too(cp, nccl):
    unique = nccl.get_unique_id()
    nccl.groupStart()
    comms = []
    for rank in range(2):
        with cp.cuda.Device(rank):
            comms.append(nccl.NcclCommunicator(2, unique, rank))
    nccl.groupEnd()
    assert [(comm.rank_id(), comm.device_id()) for comm in comms] == [(0, 0), (1, 1)]


def test_each_call_is_counted(world, cudaemu):
    with cudaemu.measure() as counted:
        world.all_reduce(values(3, "float32"), FLOAT32)
    assert counted["nccl_calls"] == RANKS
    assert "kernel_launches" not in counted
