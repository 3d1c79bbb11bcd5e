"""The CUDA source goes through NVIDIA's own compiler, which needs no GPU: pip brings it."""

import ctypes
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

import xpnet

SOURCE = (Path(xpnet.__file__).parent / "backends" / "softmax_with_loss.cu").read_text()
LABELS = ["bool", "signed char", "int", "long long", "unsigned char", "float", "double"]


@pytest.fixture(scope="module")
def nvrtc():
    for package in ("nvidia-cuda-nvrtc", "nvidia-cuda-nvrtc-cu12"):
        try:
            found = [f for f in files(package) or [] if f.name.startswith("libnvrtc.so")]
        except PackageNotFoundError:
            continue
        return ctypes.CDLL(str(found[0].locate()))
    pytest.skip("needs NVIDIA's compiler: pip install nvidia-cuda-nvrtc")


def compiled(nvrtc, source):
    """NVRTC's status and log for this source, warnings being errors."""
    program = ctypes.c_void_p()
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"rows.cu", 0, None, None)
    options = (ctypes.c_char_p * 2)(b"--gpu-architecture=compute_75", b"-Werror=all-warnings")
    status = nvrtc.nvrtcCompileProgram(program, len(options), options)
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return status, log.value.decode()


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("scores", ["float", "double"])
def test_nvrtc_compiles_the_source_without_a_warning(nvrtc, scores, labels):
    status, log = compiled(nvrtc, f"typedef {scores} T;\ntypedef {labels} L;\n{SOURCE}")
    assert status == 0, log
    assert not log.strip()


def test_nvrtc_refuses_what_only_headers_define(nvrtc):
    status, log = compiled(nvrtc, 'extern "C" __global__ void f(float* x) { *x = INFINITY; }')
    assert status != 0
    assert "INFINITY" in log
