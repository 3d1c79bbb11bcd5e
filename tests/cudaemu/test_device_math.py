"""What the device functions compute, against NumPy and Python's integers."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

VALUES = np.array([-3.5, -1.0, -0.0, 0.0, 0.25, 1.0, 7.5, np.inf, -np.inf, np.nan])


def apply(cp, body, *arrays, out):
    """Runs `z[i] = body` over the arrays x, y with a thread an element."""
    types = {"float32": "float", "float64": "double", "float16": "__half", "int32": "int",
             "uint32": "unsigned", "int64": "long long"}  # fmt: skip
    names = "xy"[: len(arrays)]
    parameters = [f"const {types[str(a.dtype)]}* {n}" for a, n in zip(arrays, names, strict=True)]
    source = f"""#include <cuda_fp16.h>
    extern "C" __global__ void k({", ".join(parameters)}, {types[out]}* z)
    {{ int i = threadIdx.x; z[i] = {body}; }}"""
    size = arrays[0].size
    z = cp.zeros(size, dtype=out)
    function = cp.RawModule(code=source).get_function("k")
    function((1,), (size,), (*(cp.asarray(a) for a in arrays), z))
    return z.get()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "sin", "expm1", "log1p", "floor"])
def test_mathematical_functions_are_numpys_with_nan_and_infinity(cp, name, dtype):
    values = VALUES.astype(dtype)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(values)
    np.testing.assert_allclose(apply(cp, f"{name}(x[i])", values, out=dtype), expected, 1e-6)


def test_min_and_max_skip_nan_as_the_cuda_functions_do(cp):
    x, y = np.array([1.0, np.nan, 2.0]), np.array([np.nan, 3.0, -2.0])
    np.testing.assert_array_equal(apply(cp, "min(x[i], y[i])", x, y, out="float64"), np.fmin(x, y))
    np.testing.assert_array_equal(apply(cp, "max(x[i], y[i])", x, y, out="float64"), np.fmax(x, y))


def test_rsqrt_and_sinpi_are_exact_where_they_can_be(cp):
    x = np.array([1.0, 4.0, 0.25])
    assert apply(cp, "rsqrt(x[i])", x, out="float64").tolist() == [1.0, 0.5, 2.0]
    assert apply(cp, "sinpi(x[i] * 4)", x, out="float64").tolist() == [0.0, 0.0, 0.0]


def test_half_rounds_after_every_operation(cp):
    x = np.array([2048.0, 0.1, 65504.0, np.nan], dtype=np.float16)
    y = np.array([1.0, 0.2, 65504.0, 1.0], dtype=np.float16)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(apply(cp, "x[i] + y[i]", x, y, out="float16"), x + y)
        np.testing.assert_array_equal(apply(cp, "x[i] * y[i]", x, y, out="float16"), x * y)
        in_between = apply(cp, "x[i] + y[i] - x[i]", x, y, out="float16")
        np.testing.assert_array_equal(in_between, x + y - x)


INTEGERS = np.array([0, 1, -1, 6, 2**31 - 1, -(2**31), 0x0F0F], dtype=np.int32)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("__popc(x[i])", lambda u: bin(u).count("1")),
        ("__clz(x[i])", lambda u: 32 - u.bit_length()),
        ("__ffs(x[i])", lambda u: (u & -u).bit_length()),
        ("__brev(x[i]) & 0x7fffffff", lambda u: int(f"{u:032b}"[::-1], 2) & 0x7FFFFFFF),
        ("__umulhi(x[i], 0x80000001u) & 0x7fffffff", lambda u: (u * 0x80000001 >> 32) & 0x7FFFFFFF),
    ],
)
def test_integer_intrinsics_are_their_definitions(cp, body, expected):
    wanted = [expected(int(v) & 0xFFFFFFFF) for v in INTEGERS]
    assert apply(cp, body, INTEGERS, out="int32").tolist() == wanted
