"""Arrays of other libraries by DLPack: over the same memory, or one clear refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.backends.dlpack import exports_memory
from xpnet.errors import ArgumentTypeError, MixedBackendError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

OLD = np.lib.NumpyVersion(np.__version__) < "2.1.0"
"""Such a NumPy takes foreign memory for reading alone, and does not export what is read-only."""


class Foreign:
    """An array of another library, over the memory of one of a backend."""

    dtype = "its own"

    def __init__(self, array: Any, device: tuple[int, int] | None = None) -> None:
        self.array, self.device = array, device

    def __dlpack__(self, **options: Any) -> Any:
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.device or self.array.__dlpack_device__()


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="tensors are PyTorch's")


def test_the_memory_is_shared_and_can_be_written(backend: Backend) -> None:
    if OLD and backend.name == "numpy":
        pytest.skip("NumPy before 2.1 takes foreign memory for reading alone")
    theirs = xpnet.asarray(np.arange(6.0).reshape(2, 3))
    ours = xpnet.asarray(Foreign(theirs[:, 1:]))
    assert type(ours) is backend.array_type
    ours[0, 0] = 9
    assert theirs.tolist() == [[0, 9, 2], [3, 4, 5]]


def test_another_dtype_is_a_copy_and_only_by_request(backend: Backend) -> None:
    theirs = xpnet.asarray(np.ones(3))
    assert xpnet.asarray(Foreign(theirs)).dtype.name == "float64"
    ours = xpnet.asarray(Foreign(theirs), "float32")
    ours[0] = 9
    assert (ours.dtype.name, theirs.tolist()) == ("float32", [1, 1, 1])


@pytest.mark.skipif(OLD, reason="NumPy before 2.1 exports nothing that is read-only")
def test_what_is_read_only_stays_read_only() -> None:
    theirs = np.ones(3)
    theirs.flags.writeable = False
    assert not xpnet.asarray(Foreign(theirs)).flags.writeable


@pytest.mark.parametrize("device", [(2, 7), (10, 0), (99, 0)])
def test_another_device_is_refused(backend: Backend, device: tuple[int, int]) -> None:
    with pytest.raises(MixedBackendError, match=r"got a Foreign on .*:\d, expected .*x\.(cpu|to)"):
        xpnet.asarray(Foreign(xpnet.asarray([1.0]), device))


def test_the_host_is_another_device_than_a_gpu(cupy_backend: Backend) -> None:
    with pytest.raises(MixedBackendError, match=r"on cpu, .* xpnet.asarray\(np.from_dlpack\(x\)\)"):
        xpnet.asarray(Foreign(np.ones(2)))
    with pytest.raises(MixedBackendError, match=r"cuda:0, .*x\.cpu\(\), or take it where it is"):
        xpnet.asarray(Foreign(xpnet.asarray([1.0])), backend="numpy")


def test_arrays_of_a_backend_are_not_taken_for_foreign_ones(backend: Backend) -> None:
    assert not exports_memory(np.ma.masked_array([1.0]))
    with pytest.raises(ArgumentTypeError, match=r"take x\.real"):
        xpnet.asarray(backend.xp.ones(2, dtype="complex64"), backend="numpy")


def test_a_tensor_is_taken_without_a_copy(torch: Any) -> None:
    for dtype in (torch.bool, torch.uint8, torch.int64, torch.float16, torch.float32):
        x = torch.zeros((2, 3), dtype=dtype)
        xpnet.asarray(x)[0, 1] = 1
        assert x.tolist() == [[0, 1, 0], [0, 0, 0]]


REFUSED = {
    "bfloat16": (lambda t: t.ones(2, dtype=t.bfloat16), r"bfloat16, .*x\.float\(\)"),
    "requires grad": (lambda t: t.ones(2, requires_grad=True), r"requires grad.*x\.detach\(\)"),
    "no memory": (lambda t: t.ones(2, device="meta"), "meta"),
    "sparse": (lambda t: t.eye(2).to_sparse(), r"x\.to_dense\(\)"),
    "complex": (lambda t: t.ones(2, dtype=t.complex64), "take x.real"),
    "negative": (lambda t: t.ones(2, dtype=t.complex64).conj().imag, r"x\.resolve_neg\(\)"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_tensor_that_would_be_read_wrongly_is_refused(torch: Any, kind: str) -> None:
    make, told = REFUSED[kind]
    with pytest.raises(ArgumentTypeError, match=told):
        xpnet.asarray(make(torch))


def test_a_parameter_is_handed_out_without_a_copy(backend: Backend) -> None:
    net = TwoLayerNet(4, 3, 2, seed=0)
    for name, param in net.params.items():
        theirs = (
            backend.xp.asarray(param) if backend.name == "numpy" else backend.xp.from_dlpack(param)
        )
        theirs[...] = 7
        assert (xpnet.to_numpy(net.params[name]) == 7).all()


def test_a_parameter_becomes_a_tensor_that_writes_into_the_network(torch: Any) -> None:
    net = TwoLayerNet(4, 3, 2, seed=0)
    for name in net.params:
        torch.from_dlpack(net.params[name]).fill_(7)
        assert (net.params[name] == 7).all()


def test_a_trainer_takes_tensors_as_arrays(torch: Any) -> None:
    x = torch.eye(6)
    t = torch.arange(6) % 3
    runs = []
    for data in ((x, t), (x.numpy(), t.numpy())):
        trainer = Trainer(
            TwoLayerNet(6, 8, 3, seed=0), SGD(lr=0.5), data, batch_size=2, progress=False
        )
        runs.append(trainer.run(iterations=9).losses)
    assert list(runs[0]) == list(runs[1])
