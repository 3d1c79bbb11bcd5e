"""The emulated cuBLAS against NumPy, through the functions of CuPy that call it."""

import ctypes

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

TOLERANCE = {"float16": 2e-2, "float32": 1e-5, "float64": 1e-12, "complex64": 1e-5}


def numbers(shape, dtype="float32"):
    values = np.random.default_rng(0).standard_normal(shape)
    return (values + 1j * values[::-1] if dtype == "complex64" else values).astype(dtype)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("transposed", ["neither", "left", "right", "both"])
@pytest.mark.parametrize(("m", "k", "n"), [(1, 1, 1), (5, 7, 3), (17, 33, 9)])
def test_matmul_is_numpys_in_every_transposition(cp, dtype, transposed, m, k, n):
    a = numbers((k, m), dtype).T if transposed in ("left", "both") else numbers((m, k), dtype)
    b = numbers((n, k), dtype).T if transposed in ("right", "both") else numbers((k, n), dtype)
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose((cp.asarray(a) @ cp.asarray(b)).get(), a @ b, tolerance, tolerance)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_a_stack_of_matrices_is_multiplied_matrix_by_matrix(cp, dtype):
    a, b = numbers((3, 5, 7), dtype), numbers((3, 7, 2), dtype)
    tolerance = TOLERANCE[dtype]
    np.testing.assert_allclose((cp.asarray(a) @ cp.asarray(b)).get(), a @ b, tolerance, tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
@pytest.mark.parametrize(
    "shapes", [((3, 5, 7), (7, 2)), ((5, 7), (3, 7, 2)), ((3, 1, 5, 7), (2, 7, 4))]
)
def test_a_stack_is_multiplied_by_the_same_matrix_each_time(cp, dtype, shapes):
    a, b = (numbers(shape, dtype) for shape in shapes)
    tolerance = TOLERANCE.get(dtype, 1e-5)
    np.testing.assert_allclose((cp.asarray(a) @ cp.asarray(b)).get(), a @ b, tolerance, tolerance)


def test_a_matrix_times_a_vector_is_numpys(cp):
    a, x = numbers((5, 7)), numbers(7)
    np.testing.assert_allclose((cp.asarray(a) @ cp.asarray(x)).get(), a @ x, 1e-5, 1e-6)


def test_dot_norm_tensordot_and_einsum_are_numpys(cp):
    a, b = numbers((4, 5, 6)), numbers((4, 6, 3))
    x, y = cp.asarray(a), cp.asarray(b)
    np.testing.assert_allclose(cp.dot(x.ravel(), x.ravel()).get(), a.ravel() @ a.ravel(), 1e-5)
    np.testing.assert_allclose(cp.linalg.norm(x).get(), np.linalg.norm(a), 1e-5)
    expected = np.tensordot(a, b, axes=([0, 2], [0, 1]))
    np.testing.assert_allclose(
        cp.tensordot(x, y, axes=([0, 2], [0, 1])).get(), expected, 1e-4, 1e-5
    )
    expected = np.einsum("bij,bjk->ik", a, b)
    np.testing.assert_allclose(cp.einsum("bij,bjk->ik", x, y).get(), expected, 1e-4, 1e-5)


def test_beta_zero_does_not_read_the_result_array(cp):
    a = cp.ones((2, 2), dtype=np.float64)
    out = cp.full((2, 2), np.nan)
    assert cp.matmul(a, a, out=out).get().tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_level_one_functions_are_numpys(cp):
    from cupy import cublas

    x = numbers(7)
    assert int(cublas.iamax(cp.asarray(x))) == np.abs(x).argmax() + 1  # counts from 1
    np.testing.assert_allclose(cublas.asum(cp.asarray(x)).get(), np.abs(x).sum(), 1e-6)
    np.testing.assert_allclose(cublas.nrm2(cp.asarray(x)).get(), np.linalg.norm(x), 1e-6)
    y = cp.asarray(x)
    cublas.axpy(2.0, cp.asarray(x), y)
    cublas.scal(0.5, y)
    np.testing.assert_allclose(y.get(), 1.5 * x, 1e-6)


def test_an_operand_on_the_host_is_refused(cp):
    from cupy_backends.cuda.libs import cublas

    host = np.ones(4, dtype=np.float32)
    device = cp.ones(4, dtype=np.float32)
    one = ctypes.c_float(1)
    with pytest.raises(cublas.CUBLASError, match="INVALID_VALUE"):
        cublas.saxpy(
            cp.cuda.device.get_cublas_handle(),
            4, ctypes.addressof(one), host.ctypes.data, 1, device.data.ptr, 1,
        )  # fmt: skip


def test_what_is_not_emulated_refuses(cp):
    with pytest.raises(Exception, match=r"(?i)cufft|not supported|NOT_SUPPORTED"):
        cp.fft.fft(cp.ones(4))
