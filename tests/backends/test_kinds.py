"""What arrays may hold: real numbers; what means something else is told so at every door."""

from __future__ import annotations

import warnings
from collections import UserList, deque
from collections.abc import Callable
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xpnet
from tests.strange_arrays import STRANGE, strange
from xpnet.backends import Backend
from xpnet.errors import ShapeError
from xpnet.functions import relu

REAL = ["bool", "int8", "uint8", "int64", "uint64", "float16", "float32", "float64"]


class ByItself:
    """What other libraries' tables are to NumPy: something that makes itself an array."""

    def __init__(self, entries: Any) -> None:
        self.entries = np.asarray(entries)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.entries if dtype is None else self.entries.astype(dtype)


# --- real numbers --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", REAL)
def test_real_numbers_are_taken(backend: Backend, dtype: str) -> None:
    x = xpnet.asarray(np.array([0, 1], dtype))
    assert backend.takes(x)
    assert xpnet.backend_of(x) is backend
    assert (x.dtype.name, xpnet.to_numpy(x).tolist()) == (dtype, [0, 1])


def test_longdouble_is_taken() -> None:
    x = np.ones(2, np.longdouble)
    assert xpnet.asarray(x) is x
    assert xpnet.backend_of(x).name == "numpy"


def test_a_file_that_is_mapped_is_an_array(tmp_path: Path) -> None:
    x: Any = np.memmap(tmp_path / "x", "float32", "w+", shape=(2, 3))
    assert np.shares_memory(xpnet.asarray(x), x)
    assert xpnet.backend_of(x).name == "numpy"
    assert relu(x).shape == (2, 3)


def test_a_recarray_of_plain_numbers_is_an_array() -> None:
    x = np.ones(3).view(np.recarray)
    assert xpnet.backend_of(x).name == "numpy"
    assert np.shares_memory(xpnet.asarray(x), x)


@pytest.mark.parametrize("entries", [[1.5, 2.0], [[1, 2], [3, 4]], [True, False]])
def test_what_makes_itself_an_array_of_numbers_is_converted(backend: Backend, entries: Any) -> None:
    made = xpnet.asarray(ByItself(entries))
    assert xpnet.backend_of(made) is backend
    assert xpnet.to_numpy(made).tolist() == entries
    assert str(xpnet.asarray(ByItself(entries), "float32").dtype) == "float32"


@pytest.mark.parametrize(
    ("x", "dtype", "expected"),
    [
        ([1, 2.5], None, [1, 2.5]),
        ((1, 2), "float32", [1, 2]),
        ([], None, []),
        (range(3), None, [0, 1, 2]),
        ([1.9], "int64", [1]),
        ([[True], [False]], None, [[True], [False]]),
    ],
)
def test_sequences_of_numbers_are_converted(
    backend: Backend, x: Any, dtype: Any, expected: Any
) -> None:
    assert xpnet.to_numpy(xpnet.asarray(x, dtype)).tolist() == expected


def test_numbers_beyond_a_dtype_are_refused_as_they_came(backend: Backend) -> None:
    with pytest.raises(OverflowError):
        xpnet.asarray([300], "uint8")


def test_a_list_of_arrays_is_put_together(backend: Backend) -> None:
    rows = [xpnet.asarray([1.0, 2.0]), xpnet.asarray([3.0, 4.0])]
    assert xpnet.to_numpy(xpnet.asarray(rows)).tolist() == [[1, 2], [3, 4]]


# --- what is refused -----------------------------------------------------------------------

DOORS: dict[str, Callable[[Any], Any]] = {
    "asarray": xpnet.asarray,
    "asarray to float32": lambda x: xpnet.asarray(x, "float32"),
    "to_numpy": xpnet.to_numpy,
    "backend_of": lambda x: xpnet.backend_of(np.ones(2), x, caller="Affine"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", STRANGE)
def test_what_means_something_else_is_refused(backend: Backend, kind: str, door: str) -> None:
    prefix = "^Affine: " if door == "backend_of" else "^asarray: "
    x = strange(kind)
    for _ in range(2):  # a type that was met is remembered; a refusal must be as well
        with pytest.raises(TypeError, match=prefix + STRANGE[kind]):
            DOORS[door](x)


@pytest.mark.parametrize("kind", ["masked", "matrix"])
def test_a_subclass_is_refused_as_its_base_is(kind: str) -> None:
    x = strange(kind)
    own = x.view(type("Own", (type(x),), {}))
    with pytest.raises(TypeError, match=STRANGE[kind]):
        xpnet.backend_of(own)


@pytest.mark.parametrize("kind", ["masked", "matrix"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda x: [x, x],
        lambda x: ([x],),
        lambda x: [np.ones((2, 3)), x],
        lambda x: deque([x]),
        lambda x: UserList([[x]]),
    ],
)
def test_what_hides_in_a_list_is_found(kind: str, wrap: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=f"^asarray: {STRANGE[kind]}"):
        xpnet.asarray(wrap(strange(kind)))


@pytest.mark.parametrize("first", [1.0, 2, True])
def test_what_hides_behind_numbers_is_found(first: Any) -> None:
    for x in ([first, np.ma.masked], [[first, 2.0], [3.0, np.ma.masked]]):
        with pytest.raises(TypeError, match=r"^asarray: got a masked array"):
            xpnet.asarray(x)


@pytest.mark.parametrize(
    "scalar",
    [np.complex64(1), np.datetime64(1, "s"), np.timedelta64(1, "s"), np.str_("1"), np.bytes_(b"1")],
    ids=repr,
)
def test_a_scalar_that_is_no_real_number_is_refused(scalar: Any) -> None:
    with pytest.raises(TypeError, match="expected real numbers"):
        xpnet.backend_of(np.ones(2), scalar)
    with pytest.raises(TypeError, match="expected real numbers"):
        xpnet.asarray(scalar)


THINGS: list[Any] = [
    None,
    {0: 1},
    {1, 2},
    (k for k in [1]),
    object(),
    "1",
    b"1",
    1j,
    Decimal(1),
    np,
    [None, 1.0],
    [1.0, None],
    ["1", "2"],
    [1.0, "2"],
    [1.0, 2j],
    [{}],
    [Decimal(1)],
    2**70,
    [np.datetime64(1, "s")],
    ByItself([None]),
    ByItself(["a"]),
]


@pytest.mark.parametrize("dtype", [None, "float32"])
@pytest.mark.parametrize("x", THINGS, ids=lambda x: f"{type(x).__name__} {str(x)[:12]}")
def test_nothing_is_made_into_an_array_of_objects_or_words(
    backend: Backend, x: Any, dtype: Any
) -> None:
    with pytest.raises(TypeError, match=r"^asarray: .*expected real numbers"):
        xpnet.asarray(x, dtype)


def test_a_sparse_matrix_is_refused() -> None:
    if not find_spec("scipy"):
        pytest.skip("needs SciPy")
    from scipy import sparse

    for x in (sparse.csr_matrix(np.eye(3)), sparse.coo_array(np.eye(3))):
        for dtype in (None, "float32"):
            with pytest.raises(
                TypeError, match=r"^asarray: got a c.._\w*, which makes an array of ob"
            ):
                xpnet.asarray(x, dtype)
        with pytest.raises(TypeError, match="which is no array of a backend"):
            relu(x)


@pytest.mark.parametrize("dtype", [None, "float32"])
def test_rows_of_different_lengths_are_refused(backend: Backend, dtype: Any) -> None:
    with pytest.raises(ShapeError, match=r"^asarray: got a list that makes no array: .*inhomogen"):
        xpnet.asarray([[1, 2], [3]], dtype)


@pytest.mark.parametrize("dtype", ["complex64", "object", "U3", "M8[s]", "m8[s]", "V4"])
def test_no_array_of_another_kind_is_made(dtype: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises((TypeError, ValueError)):
            xpnet.asarray([1, 2], dtype)
        with pytest.raises((TypeError, ValueError)):
            xpnet.asarray(np.ones(2), dtype)


def test_complex_numbers_on_the_backend_are_refused(backend: Backend) -> None:
    x = backend.xp.ones(3, dtype="complex64")
    assert not backend.takes(x)
    for door in DOORS.values():
        with pytest.raises(TypeError, match=r"got an array of complex64|^Affine: "):
            door(x)
