"""What every communicator does: agreements, and checks of what is sent."""

import numpy as np
import pytest

import xpnet
from xpnet.distributed import Communicator
from xpnet.errors import ArgumentTypeError, DistributedError, OptionError, ShapeError


def test_only_rank_0_is_main(told):
    comm = told()
    assert comm.is_main
    comm.rank = 1
    assert not comm.is_main


def test_ranks_with_one_document_agree(told):
    told({"batch_size": 100}).agree("Trainer", {"batch_size": 100})


def test_ranks_that_differ_raise_what_all_of_them_raise(told):
    comm = told({"batch_size": 100}, {"batch_size": 50})
    with pytest.raises(DistributedError) as caught:
        comm.agree("Trainer", {"batch_size": 100})
    assert caught.value.alike
    assert str(caught.value) == (
        "Trainer: batch_size is 100 on ranks 0 and 1, 50 on rank 2: start every rank with the "
        "same options"
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("shape", [(), (0,), (7,), (2, 3)])
def test_contiguous_arrays_can_be_sent(backend, shape, dtype, told):
    array = xpnet.asarray(np.zeros(shape), dtype)
    assert told()._check_array("all_reduce", array) is backend


@pytest.mark.parametrize("dtype", ["float16", "int32", "bool"])
def test_arrays_of_other_dtypes_are_refused(backend, dtype, told):
    with pytest.raises(ArgumentTypeError, match=f"float32, float64, int64, got {dtype}"):
        told()._check_array("all_reduce", xpnet.asarray(np.zeros(3), dtype))


def test_arrays_of_swapped_bytes_are_refused(told):
    swapped = np.zeros(3, np.dtype("float32").newbyteorder())
    with pytest.raises(ArgumentTypeError, match=r"got [<>]f4"):
        told()._check_array("all_reduce", swapped)


def test_arrays_with_gaps_are_refused(backend, told):
    with pytest.raises(ShapeError, match=r"one with gaps of shape \(3, 2\); send a copy"):
        told()._check_array("broadcast", xpnet.asarray(np.zeros((2, 3))).T)


def test_arrays_of_other_libraries_have_no_flags_to_look_at(told, restored_registry):
    class Plain:
        """An array that has no flags, as a tensor of PyTorch has none."""

        shape, dtype = (1,), np.dtype("float32")

    class PlainBackend(xpnet.backends.NumpyBackend):
        name, array_type = "plain", Plain

        def takes(self, x):
            return True

        def is_writable(self, x):
            return True

    xpnet.register_backend("plain", PlainBackend)
    assert told()._check_array("all_reduce", Plain()).name == "plain"


def test_read_only_arrays_are_refused(told):
    array = np.zeros(3)
    array.flags.writeable = False
    with pytest.raises(ShapeError, match="a read-only one"):
        told()._check_array("broadcast", array)


def test_lists_are_refused(told):
    with pytest.raises(ArgumentTypeError, match=r"broadcast: got a list"):
        told()._check_array("broadcast", [1.0])


@pytest.mark.parametrize("root", [-1, 2])
def test_a_root_that_is_no_rank_is_refused(root, told):
    with pytest.raises(OptionError, match=f"root={root}: expected a rank from 0 to 1"):
        told(None)._check_root(root)


@pytest.mark.parametrize("name", ["all_reduce", "broadcast", "gather", "abort"])
def test_a_communicator_defines_how_it_talks(name):
    with pytest.raises(NotImplementedError, match=f"must define {name}"):
        getattr(Communicator(), name)(None)


def test_a_communicator_defines_how_it_waits():
    with pytest.raises(NotImplementedError, match="must define barrier"):
        Communicator().barrier()
