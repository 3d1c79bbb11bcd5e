"""Every CUDA source that xpnet causes to be compiled goes through NVIDIA's own compiler."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

import xpnet

from .nvrtc import ARCHITECTURES, Verdict, apart, compile_all, library, supported, table
from .primitive_cases import OPTIMIZERS
from .recorded_sources import Source, recorded

ROWS, ERRORS, MEAN = (
    (Path(xpnet.__file__).parent / "backends" / f"{name}.cu").read_text()
    for name in ("softmax_with_loss", "squared_error", "mean_in_order")
)
LABELS = [
    "bool",
    "signed char",
    "short",
    "int",
    "long long",
    "unsigned char",
    "unsigned short",
    "unsigned int",
    "unsigned long long",
    "float",
    "double",
]
CLIP = (Path(xpnet.__file__).parent / "backends" / "clip_norm.cu").read_text()
OUTERMOST = ARCHITECTURES[0], ARCHITECTURES[-1]
"""All sources compile for these; what xpnet has written, in usual dtypes, for those between too."""
BETWEEN = ARCHITECTURES[1:-1]
OWN = {
    *("xpnet", "softmax_with_loss", "squared_error", "mean_in_order"),
    *("sums_of_squares", "scale_to_norm"),
}


@pytest.fixture(scope="module")
def nvrtc() -> Path:
    return library()


@pytest.fixture(scope="module")
def sources(request: Any, nvrtc: Path, tmp_path_factory: Any) -> list[Source]:
    """What CuPy compiles while all of xpnet runs."""
    if request.config.getoption("--backend") != "cupy":
        pytest.skip("what CuPy generates shows on a device: run with --backend cupy")
    return recorded(tmp_path_factory.mktemp("recorded"))


def is_own(name: str) -> bool:
    return name.startswith("xpnet_") or name in OWN


def assert_clean(verdicts: list[Verdict], jobs: list[tuple[Any, ...]]) -> None:
    """Compiled, without a word, and no kernel of xpnet spills."""
    assert verdicts
    for verdict, (_, code, architecture, *_) in zip(verdicts, jobs, strict=True):
        at = f"sm_{architecture}: {verdict.complaints}\n{code}"
        assert verdict.compiled, at
        assert not verdict.complaints, at
        assert verdict.kernels, at
        assert not [k for k in verdict.kernels if is_own(k.name) and k.spilled_bytes], at


def test_this_compiler_knows_every_architecture(nvrtc: Path) -> None:
    assert set(ARCHITECTURES) <= set(apart(supported, [nvrtc])[0])


@pytest.mark.parametrize("source", [ROWS, ERRORS], ids=["softmax_with_loss", "squared_error"])
def test_rows_compile_for_each_dtype_and_each_architecture(nvrtc: Path, source: str) -> None:
    code, scores = source + MEAN, ("float", "double")
    jobs = [
        (str(nvrtc), f"typedef {score} T;\ntypedef {label} L;\n{code}", arch, ("-ftz=true",), ())
        for arch, score, label in [
            *product(OUTERMOST, scores, LABELS),
            *product(BETWEEN, scores, ["long long"]),
        ]
    ]
    verdicts = compile_all(jobs)
    print(table(sorted({k for verdict in verdicts for k in verdict.kernels})))
    assert_clean(verdicts, jobs)


def test_clipping_compiles_for_all_dtypes_and_architectures(nvrtc: Path) -> None:
    jobs = [
        (str(nvrtc), f"typedef {dtype} T;\n{CLIP}", arch, ("-ftz=true",), ())
        for arch, dtype in product(ARCHITECTURES, ("float", "double"))
    ]
    assert_clean(compile_all(jobs), jobs)


def test_all_that_xpnet_has_compiled_compiles_without_a_warning(
    nvrtc: Path, sources: list[Source]
) -> None:
    written = [source for source in sources if any(name in source.code for name in OWN)]
    jobs = [
        (str(nvrtc), source.code, arch, source.options, source.names)
        for arch, source in [*product(OUTERMOST, sources), *product(BETWEEN, written)]
    ]
    verdicts = compile_all(jobs)
    own = {kernel for verdict in verdicts for kernel in verdict.kernels if is_own(kernel.name)}
    print(f"{len(sources)} sources; registers/shared bytes/spilled bytes of xpnet's kernels:")
    print(table(sorted(own)))
    assert_clean(verdicts, jobs)


def test_every_kernel_of_xpnet_is_among_the_recorded(sources: list[Source]) -> None:
    from xpnet.backends import cupy_kernels

    code = "\n".join(source.code for source in sources)
    written = {
        kernel.name for kernel in vars(cupy_kernels).values() if hasattr(kernel, "operation")
    }
    from_files = {"softmax_with_loss", "squared_error", "sums_of_squares"}
    missing = {name for name in written | from_files if name not in code}
    # clip_kernels, error_kernels, row_kernels and update_kernel are functions
    assert len(written) == len(cupy_kernels.__all__) - 4
    assert not missing
    assert all(f"xpnet_{optimizer.current_rule.name}(" in code for optimizer in OPTIMIZERS)
    for dtype in ("float", "double"):
        assert f"xpnet_sgd(const CArray<{dtype}," in code


def compiled(nvrtc: Path, code: str) -> Verdict:
    return compile_all([(str(nvrtc), code, 75, (), ())])[0]


def test_nvrtc_refuses_what_only_headers_define(nvrtc: Path) -> None:
    code = 'extern "C" __global__ void f(float* x) { *x = INFINITY; }'
    verdict = compiled(nvrtc, code)
    assert not verdict.compiled
    assert "INFINITY" in verdict.complaints
    with pytest.raises(AssertionError, match="INFINITY"):
        assert_clean([verdict], [(str(nvrtc), code, 75)])


def test_a_warning_is_found(nvrtc: Path) -> None:
    code = 'extern "C" __global__ void f(float* x) { int unused; *x = 1; }'
    with pytest.raises(AssertionError, match="never referenced"):
        assert_clean([compiled(nvrtc, code)], [(str(nvrtc), code, 75)])


def test_a_spill_is_found(nvrtc: Path) -> None:
    # 200 sums alive at once, in a kernel that may have 24 registers
    code = """
    extern "C" __global__ void __launch_bounds__(1024, 2) xpnet_planted(float* x) {
        float many[200];
        #pragma unroll
        for (int k = 0; k < 200; ++k) many[k] = x[k * 1024 + threadIdx.x];
        __syncthreads();
        #pragma unroll
        for (int k = 0; k < 200; ++k) x[(199 - k) * 999 + threadIdx.x] = many[k] * many[199 - k];
    }
    """
    verdict = compiled(nvrtc, code)
    assert verdict.compiled
    assert verdict.kernels[0].spilled_bytes > 0
    with pytest.raises(AssertionError):
        assert_clean([verdict], [(str(nvrtc), code, 75)])
