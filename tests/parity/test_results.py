import numpy as np

import xpnet
from xpnet.parity.results import backend_copy, host_copies, host_copy, overwrite


def test_host_copies_do_not_change_with_the_array(backend):
    x = xpnet.asarray([1.0, 2.0], dtype="float32")
    copy, copies = host_copy(x), host_copies({"x": x})
    x[...] = 0
    for made in (copy, copies["x"]):
        assert type(made) is np.ndarray
        assert made.dtype == "float32"
        np.testing.assert_array_equal(made, [1, 2])


def test_a_backend_copy_has_the_same_bits_and_its_own_memory(backend):
    x = np.array([[1 / 3, np.nan], [-0.0, 5e-324]], order="F")
    given = backend_copy(x, backend)
    assert type(given) is backend.array_type
    assert host_copy(given).tobytes() == x.tobytes()
    assert given.flags.f_contiguous
    given[...] = 0
    assert x[0, 0] == 1 / 3


def test_overwritten_arrays_stay_the_same_objects(backend):
    target = {"W": xpnet.asarray(np.zeros(3))}
    view = target["W"]
    overwrite(target, {"W": np.array([1.0, 2.0, 3.0])}, backend)
    assert target["W"] is view
    np.testing.assert_array_equal(host_copy(view), [1, 2, 3])
