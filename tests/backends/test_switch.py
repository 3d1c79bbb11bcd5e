"""The switch: set_backend for the process, use_backend for a block, XPNET_BACKEND before both."""

from __future__ import annotations

import contextvars
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import BackendError

Python = Callable[..., Any]


def current() -> str:
    return xpnet.get_backend().name


# --- set_backend -------------------------------------------------------------------------


def test_set_backend_holds_until_it_is_set_again(marked: Backend) -> None:
    assert xpnet.set_backend("marked") is marked
    assert xpnet.get_backend() is marked
    assert type(xpnet.asarray([1, 2])) is marked.array_type
    xpnet.set_backend("numpy")
    assert current() == "numpy"


def test_set_backend_with_an_unknown_name_changes_nothing(marked: Backend) -> None:
    xpnet.set_backend("marked")
    with pytest.raises(BackendError, match="unknown backend 'torhc'"):
        xpnet.set_backend("torhc")
    assert current() == "marked"


def test_set_backend_inside_use_backend_is_refused_and_changes_nothing(marked: Backend) -> None:
    with xpnet.use_backend("numpy"):
        with pytest.raises(
            BackendError,
            match=r"set_backend\('marked'\) inside use_backend\('numpy'\): .*Call set_backend outs",
        ):
            xpnet.set_backend("marked")
        assert current() == "numpy"
    assert current() == "numpy"


def test_set_backend_leaves_arrays_where_they_are(marked: Backend) -> None:
    x = xpnet.asarray([1.0])
    xpnet.set_backend("marked")
    assert xpnet.backend_of(x).name == "numpy"


def test_set_backend_in_a_notebook_cell_holds_in_the_next(marked: Backend) -> None:
    names: dict[str, Any] = {"xpnet": xpnet}
    cells = (
        "xpnet.set_backend('marked')",
        "found = xpnet.get_backend().name",
        "with xpnet.use_backend('numpy'): inside = xpnet.get_backend().name",
        "after = xpnet.get_backend().name",
    )
    for cell in cells:  # a kernel may run each cell in a context of its own
        contextvars.Context().run(exec, cell, names)
    assert (names["found"], names["inside"], names["after"]) == ("marked", "numpy", "marked")


# --- use_backend -------------------------------------------------------------------------


def test_use_backend_holds_inside_its_block_only(marked: Backend) -> None:
    before = xpnet.get_backend()
    with xpnet.use_backend("marked") as backend:
        assert backend is marked
        assert xpnet.get_backend() is marked
    assert xpnet.get_backend() is before


def test_use_backend_outweighs_set_backend(marked: Backend) -> None:
    xpnet.set_backend("marked")
    with xpnet.use_backend("numpy"):
        assert current() == "numpy"
    assert current() == "marked"


def test_nested_blocks_end_one_by_one(marked: Backend) -> None:
    seen = []
    with xpnet.use_backend("marked"):
        with xpnet.use_backend("numpy"):
            with xpnet.use_backend("marked"):
                seen.append(current())
            seen.append(current())
        seen.append(current())
    assert seen == ["marked", "numpy", "marked"]


def test_an_exception_inside_the_block_restores(marked: Backend) -> None:
    def fail() -> None:
        with xpnet.use_backend("marked"):
            raise KeyError(current())

    with pytest.raises(KeyError, match="marked"):
        fail()
    assert current() == "numpy"


def test_a_failing_use_backend_leaves_all_as_it_was(marked: Backend) -> None:
    with xpnet.use_backend("marked"):
        with pytest.raises(BackendError, match="unknown backend"), xpnet.use_backend("nowhere"):
            pytest.fail("the block ran")
        assert current() == "marked"
    assert current() == "numpy"


def test_use_backend_decorates_a_function(marked: Backend) -> None:
    decorated = xpnet.use_backend("marked")(current)
    assert [decorated(), decorated(), current()] == ["marked", "marked", "numpy"]


# --- XPNET_BACKEND -----------------------------------------------------------------------

REGISTER = textwrap.dedent("""
    import xpnet
    from xpnet.backends import NumpyBackend

    class Other(NumpyBackend):
        name = "other"

    xpnet.register_backend("other", Other)
""")
PRINT = "print(xpnet.get_backend().name)\n"


def test_numpy_is_the_default(python: Python) -> None:
    assert python("import xpnet\n" + PRINT).stdout == "numpy\n"


def test_an_empty_variable_means_the_default(python: Python) -> None:
    assert python("import xpnet\n" + PRINT, XPNET_BACKEND="").stdout == "numpy\n"


def test_xpnet_backend_names_the_default(python: Python) -> None:
    assert python(REGISTER + PRINT, XPNET_BACKEND="other").stdout == "other\n"


def test_set_backend_and_use_backend_outweigh_xpnet_backend(python: Python) -> None:
    code = "with xpnet.use_backend('numpy'):\n    " + PRINT + "xpnet.set_backend('numpy')\n" + PRINT
    assert python(REGISTER + code, XPNET_BACKEND="other").stdout == "numpy\nnumpy\n"


def test_a_wrong_xpnet_backend_is_one_clear_error(python: Python) -> None:
    done = python("import xpnet\nxpnet.asarray([1])", XPNET_BACKEND="cuda")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "xpnet.errors.BackendError: XPNET_BACKEND=cuda: unknown backend 'cuda': "
        "choose one of 'numpy', 'cupy', 'auto'"
    )
    assert done.stderr.count("Traceback") == 1


def test_a_wrong_xpnet_backend_does_not_disturb_the_import(python: Python) -> None:
    done = python("import xpnet; print(xpnet.set_backend('numpy').name)", XPNET_BACKEND="cuda")
    assert (done.stdout, done.stderr) == ("numpy\n", "")
