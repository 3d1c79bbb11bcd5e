"""MixedBackendError: who met what, and a line that really mends it."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import MixedBackendError
from xpnet.layers import Affine
from xpnet.networks import TwoLayerNet

NAMES = ("x", "t", "W")


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
