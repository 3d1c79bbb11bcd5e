import numpy as np

import xpnet
from xpnet.parity.results import handed, kept, kept_all, write_all


def test_what_is_kept_does_not_follow_the_array(backend):
    x = xpnet.asarray([1.0, 2.0], dtype="float32")
    copy, copies = kept(x), kept_all({"x": x})
    x[...] = 0
    for made in (copy, copies["x"]):
        assert type(made) is np.ndarray
        assert made.dtype == "float32"
        np.testing.assert_array_equal(made, [1, 2])


def test_what_is_handed_over_has_the_same_bits_and_memory_of_its_own(backend):
    x = np.array([[1 / 3, np.nan], [-0.0, 5e-324]], order="F")
    given = handed(x, backend)
    assert type(given) is backend.array_type
    assert kept(given).tobytes() == x.tobytes()
    assert given.flags.f_contiguous
    given[...] = 0
    assert x[0, 0] == 1 / 3


def test_written_arrays_stay_where_they_are(backend):
    target = {"W": xpnet.asarray(np.zeros(3))}
    view = target["W"]
    write_all(target, {"W": np.array([1.0, 2.0, 3.0])}, backend)
    assert target["W"] is view
    np.testing.assert_array_equal(kept(view), [1, 2, 3])
