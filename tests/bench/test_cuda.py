import pytest

from xpnet.bench import cuda as module
from xpnet.bench.cuda import cuda


def test_where_no_device_is_the_reason_is_told(monkeypatch):
    monkeypatch.setattr(module, "available_backends", lambda: {"cupy": "cupy is not installed"})
    found = cuda()
    assert found.kind == "none"
    assert found.described == "no CUDA device (cupy is not installed)"


@pytest.mark.emulated
def test_an_emulated_device_is_told_from_a_gpu():
    found = cuda()
    assert found.kind == "emulated"
    assert found.described.startswith("emulated: cuda:0")
