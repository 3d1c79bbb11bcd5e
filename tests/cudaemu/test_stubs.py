"""What the emulator lacks becomes a stub of the right library, and nothing else does."""

from importlib import import_module

import pytest


@pytest.fixture
def stubs(building):
    return import_module(f"{building.__name__}.stubs")


@pytest.mark.parametrize(
    ("symbol", "library"),
    [
        ("cublasSgemm_v2", "cublas"),
        ("cusolverDnSpotrf", "cusolver"),
        ("cudaGraphLaunch", "cuda"),
        ("cuMemAlloc_v2", "cu"),
        ("cufftExecC2C", "cufft"),
        ("curandGenerate", "curand"),
        ("nvrtcVersion", "nvrtc"),
        ("cutensorCreate", None),
        ("cub_device_reduce", None),
        ("cuda_helper", None),
        ("memcpy", None),
        ("_ZN4cuda3stdE", None),
    ],
)
def test_a_symbol_is_known_by_its_name(stubs, symbol, library):
    assert stubs.library_of(symbol) == library


def test_only_what_is_needed_and_not_defined_is_missing(stubs):
    needed = {"cublasSgemm_v2", "cublasCreate_v2", "malloc"}
    assert stubs.missing(needed, {"cublasCreate_v2", "cublasDgemm_v2"}) == ["cublasSgemm_v2"]


def test_a_stub_says_its_name_and_returns_its_librarys_code(stubs):
    text = stubs.source(["cudaGraphLaunch", "cusparseCreate", "cusparseGetErrorString"])
    assert (
        'int cudaGraphLaunch() { emu_complain("cudaGraphLaunch is not emulated"); return 801;'
        in text
    )
    assert "int cusparseCreate()" in text
    assert "const char* cusparseGetErrorString(int)" in text
