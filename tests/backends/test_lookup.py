"""Which backend arrays live on, and a line that corrects a mixture of two."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, NumpyBackend
from xpnet.errors import BackendError, MixedBackendError
from xpnet.layers import Affine
from xpnet.networks import TwoLayerNet

NAMES = ("x", "t", "W")


class Foreign:
    """Looks like an array, and is no backend's."""

    shape, ndim, dtype = (2,), 1, np.dtype("float64")


class Mine(np.ndarray[Any, Any]):
    """A user's own kind of ndarray."""


class Brought(np.ndarray[Any, Any]):
    """Arrays of a backend that is registered late."""


class BroughtBackend(NumpyBackend):
    name, array_type = "brought", Brought


# --- backend_of --------------------------------------------------------------------------


def test_backend_of_asks_the_arrays_and_not_the_switch(backend: Backend, marked: Backend) -> None:
    x = xpnet.asarray([1.0])
    with xpnet.use_backend("marked"):
        assert xpnet.backend_of(x) is backend


def test_numbers_fit_every_backend(backend: Backend) -> None:
    x = xpnet.asarray([1.0])
    assert xpnet.backend_of(2, x, 2.0, True, np.float32(1), np.int64(1)) is backend


def test_a_0d_array_is_an_array(backend: Backend) -> None:
    assert xpnet.backend_of(xpnet.asarray(1.0)) is backend


def test_numbers_alone_are_refused_with_the_remedy() -> None:
    with pytest.raises(TypeError, match=r"^f: got numbers alone; .*: xpnet.asarray\(x\) makes one"):
        xpnet.backend_of(1, np.float32(2), caller="f")


def test_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^got nothing; at least one array is needed"):
        xpnet.backend_of()


@pytest.mark.parametrize(
    "what",
    [[1.0], (1.0,), None, "numpy", {}, Foreign()],
    ids=["list", "tuple", "None", "str", "dict", "foreign"],
)
def test_what_is_no_array_is_refused_by_its_type(what: Any) -> None:
    kind = type(what).__name__
    with pytest.raises(
        TypeError,
        match=rf"^Affine: got a {kind}, which is no array of a backend \(numpy, cupy.*asarray\(x\)",
    ):
        xpnet.backend_of(np.ones(2), what, caller="Affine")


def test_of_what_holds_an_array_the_array_is_asked_for() -> None:
    with pytest.raises(TypeError, match=r"^f: got a Variable, .*: write x\.value$"):
        xpnet.backend_of(xpnet.graph.Variable(np.ones(2)), caller="f")


def test_a_subclass_of_ndarray_lives_on_numpy(registered: None) -> None:
    assert xpnet.backend_of(np.ones(2).view(Mine)).name == "numpy"


def test_a_subclass_of_a_backends_array_lives_on_that_backend(marked: Backend) -> None:
    kind = type("Special", (marked.array_type,), {})
    assert xpnet.backend_of(np.ones(2).view(kind)) is marked


def test_an_array_finds_its_backend_before_the_first_use_of_it(registered: None) -> None:
    xpnet.register_backend("brought", BroughtBackend)
    assert xpnet.backend_of(np.ones(2).view(Brought)).name == "brought"


def test_a_backend_that_cannot_run_does_not_stand_in_the_way_of_others(registered: None) -> None:
    def broken() -> Backend:
        raise BackendError("cannot run")

    xpnet.register_backend("broken", broken)
    assert xpnet.backend_of(np.ones(2).view(Mine)).name == "numpy"


# --- arrays of two backends ---------------------------------------------------------------


def mixed(*backends: str) -> dict[str, Any]:
    """Arrays x, t and W, each on the backend named."""
    made = zip(NAMES, backends, strict=True)
    return {name: xpnet.asarray([1.0, 2.0], backend=backend) for name, backend in made}


def test_two_backends_in_one_call_are_refused(backend: Backend, marked: Backend) -> None:
    x, W = xpnet.asarray([1.0]), xpnet.asarray([1.0], backend="marked")
    for arrays in ((x, W), (W, x), (1.0, x, 2.0, W), (x, x, W)):
        with pytest.raises(MixedBackendError):
            xpnet.backend_of(*arrays)


def test_the_message_names_the_caller_both_arrays_and_the_remedy(marked: Backend) -> None:
    x, W = np.ones((8, 784)), xpnet.asarray(np.ones((784, 50)), backend="marked")
    with pytest.raises(MixedBackendError) as caught:
        xpnet.backend_of(x, W, caller="Affine", names=("x", "W"))
    assert str(caught.value) == (
        "Affine: x is a numpy array of shape (8, 784), W is a marked array of shape (784, 50). "
        "Nothing is copied silently; write x = xpnet.asarray(x, backend='marked'), "
        "or move the network: net.to('numpy')"
    )


def test_arrays_without_names_are_counted(marked: Backend) -> None:
    W = xpnet.asarray([1.0], backend="marked")
    with pytest.raises(
        MixedBackendError,
        match=r"^argument 1 is a numpy array of shape \(2,\), argument 3 is a marked array",
    ):
        xpnet.backend_of(np.ones(2), 5.0, W)


@pytest.mark.parametrize(
    "backends",
    [names for names in itertools.product(["numpy", "marked"], repeat=3) if len({*names}) == 2],
    ids="-".join,
)
def test_the_line_in_the_message_mends_it(marked: Backend, backends: tuple[str, ...]) -> None:
    arrays = mixed(*backends)
    for _ in range(2):  # two of three arrays may be on the wrong side: one line each
        try:
            xpnet.backend_of(*arrays.values(), names=NAMES)
        except MixedBackendError as error:
            (line,) = re.findall(r"write (.*?\))", str(error))
            exec(line, {"xpnet": xpnet}, arrays)
    assert xpnet.backend_of(*arrays.values()).name == backends[-1]


def test_the_network_in_the_message_goes_where_the_odd_array_is(marked: Backend) -> None:
    arrays = mixed("marked", "numpy", "marked")
    with pytest.raises(MixedBackendError, match=r"write t = .*net\.to\('numpy'\)$"):
        xpnet.backend_of(*arrays.values(), names=NAMES)


def test_an_array_on_another_device_is_a_mixture_too(
    marked: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, _, far = mixed("marked", "marked", "marked").values()
    monkeypatch.setattr(marked, "owns", lambda array: array is not far)
    with pytest.raises(
        MixedBackendError,
        match=r"x is a marked array of shape \(2,\), "
        r"W is a marked array of shape \(2,\) on another device than the marked device\. "
        r"Nothing is copied silently; write W = xpnet.asarray\(W, backend='marked'\)$",
    ):
        xpnet.backend_of(near, far, names=("x", "W"))


def test_a_layer_names_itself_and_its_arrays(marked: Backend) -> None:
    with xpnet.use_backend("marked"):
        layer = Affine(xpnet.asarray(np.ones((3, 2))), xpnet.asarray(np.zeros(2)))
    with pytest.raises(
        MixedBackendError, match=r"^Affine: x is a numpy array of shape \(4, 3\), W is a marked"
    ):
        layer.forward(np.ones((4, 3)))


def test_a_network_names_the_labels_that_stayed_behind(marked: Backend) -> None:
    net = TwoLayerNet(3, 4, 2, seed=0).to("marked")
    x = xpnet.asarray(np.ones((5, 3)), backend="marked")
    with pytest.raises(
        MixedBackendError,
        match=r"t is a numpy array of shape \(5,\).*write t = xpnet.asarray\(t, backend='marked'\)",
    ):
        net.loss(x, np.zeros(5, dtype=int))
