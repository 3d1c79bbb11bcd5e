"""The emulated NVRTC: what it compiles, what it refuses, and what it says then."""

import uuid

import numpy as np
import pytest

pytestmark = pytest.mark.emulated


def kernel(cp, body, options=()):
    """A kernel `k(int* x)` with this body; a fresh comment keeps it out of every cache."""
    source = f'extern "C" __global__ void k(int* x) {{ {body} }} // {uuid.uuid4()}'
    return cp.RawModule(code=source, options=options).get_function("k")


def result(cp, function, size=1):
    x = cp.zeros(size, dtype=np.int32)
    function((1,), (size,), (x,))
    return x.get().tolist()


def test_an_error_names_the_line_and_what_is_wrong_there(cp):
    source = 'extern "C" __global__ void k() {\n  int x = undefined_thing;\n}\n'
    with pytest.raises(cp.cuda.compiler.CompileException, match=r":2:\d+: .*undefined_thing"):
        cp.RawKernel(source, "k").compile()


def test_a_warning_does_not_fail_the_compilation(cp):
    assert result(cp, kernel(cp, "int y = 1.9e300; x[0] = y ? 4 : 4;")) == [4]


def test_templates_are_found_by_name_expression(cp):
    source = (
        "namespace ns { template<typename T, int N> "
        "__global__ void scale(T* x) { x[threadIdx.x] *= N; } }"
    )
    names = ["ns::scale<float, 3>", "ns::scale<int, 2>"]
    module = cp.RawModule(code=source, options=("-std=c++17",), name_expressions=names)
    x, y = cp.ones(4, dtype=np.float32), cp.ones(4, dtype=np.int32)
    module.get_function(names[0])((1,), (4,), (x,))
    module.get_function(names[1])((1,), (4,), (y,))
    assert x.get().tolist() == [3.0] * 4
    assert y.get().tolist() == [2] * 4


def test_constant_memory_and_globals_are_reached_from_the_host(cp):
    source = """__constant__ float table[3]; __device__ int hits = 5, spare;
    extern "C" __global__ void k(float* x) { x[0] = table[2]; hits++; spare = 8; }"""
    module = cp.RawModule(code=source)
    table = cp.ndarray(3, np.float32, module.get_global("table"))
    hits = cp.ndarray(1, np.int32, module.get_global("hits"))
    spare = cp.ndarray(1, np.int32, module.get_global("spare"))
    table[...] = cp.arange(3, dtype=np.float32)
    x = cp.zeros(1, dtype=np.float32)
    module.get_function("k")((1,), (1,), (x,))
    assert (float(x[0]), int(hits[0]), int(spare[0])) == (2.0, 6, 8)


def test_kernels_made_by_macros_are_found(cp):
    source = """#define FILL(T) extern "C" __global__ void fill_##T(T* x) { x[0] = 7; }
    FILL(int) FILL(float)"""
    assert result(cp, cp.RawModule(code=source).get_function("fill_int")) == [7]


def test_a_branch_that_the_preprocessor_drops_is_no_kernel(cp):
    source = """#if 0
    extern "C" __global__ void dropped(int* x) { x[0] = 1; }
    #else
    extern "C" __global__ void k(int* x) { x[0] = 3; }
    #endif"""
    assert result(cp, cp.RawModule(code=source).get_function("k")) == [3]


def test_only_c_linkage_gives_a_plain_name(cp):
    source = """extern "C" { __global__ void inside(int* x) { x[0] = 1; } }
    __global__ void outside(int* x) { x[0] = 2; }"""
    module = cp.RawModule(code=source)
    assert result(cp, module.get_function("inside")) == [1]
    with pytest.raises(cp.cuda.driver.CUDADriverError, match="NOT_FOUND"):
        module.get_function("outside")


def test_braces_in_comments_and_strings_open_no_scope(cp):
    source = """// {
    /* extern "C" { */ __device__ const char* text = "{{";
    extern "C" __global__ void k(int* x) { x[0] = text[0] == '{'; }"""
    assert result(cp, cp.RawModule(code=source).get_function("k")) == [1]


@pytest.mark.parametrize("option", ["-DN=4", "--define-macro=N=4", "-D N=4"])
def test_macros_are_defined_however_they_are_written(cp, option):
    assert result(cp, kernel(cp, "x[0] = N;", (option,))) == [4]


@pytest.mark.parametrize("option", ["--no-such-option", "-std=c++99", "-O3"])
def test_options_that_nvrtc_does_not_know_are_refused(cp, option):
    function = f'extern "C" __global__ void k() {{}} // {option}'
    with pytest.raises(Exception, match=r"INVALID_OPTION|error: "):
        cp.RawModule(code=function, options=(option,)).get_function("k")


def compile_directly(cp, source, options=()):
    from cupy_backends.cuda.libs import nvrtc

    program = nvrtc.createProgram(source, "k.cu", (), ())
    try:
        nvrtc.compileProgram(program, options)
    finally:
        nvrtc.destroyProgram(program)


def test_the_cache_knows_a_source_again_and_tells_another_apart(cp, cudaemu):
    source = f'extern "C" __global__ void k() {{}} // {uuid.uuid4()}'
    with cudaemu.measure() as first:
        compile_directly(cp, source)
    with cudaemu.measure() as second:
        compile_directly(cp, source)
    with cudaemu.measure() as other_options:
        compile_directly(cp, source, ("-DN=1",))
    assert "nvrtc_cache_hits" not in first
    assert second["nvrtc_cache_hits"] == 1
    assert "nvrtc_cache_hits" not in other_options


def test_a_header_beside_the_source_is_found(cp, tmp_path):
    (tmp_path / "answer.h").write_text("#define ANSWER 42\n")
    source = '#include "answer.h"\nextern "C" __global__ void k(int* x) { x[0] = ANSWER; }'
    module = cp.RawModule(code=source, options=(f"-I{tmp_path}",))
    assert result(cp, module.get_function("k")) == [42]
