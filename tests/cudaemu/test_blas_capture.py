"""The emulated cuBLAS in captures, and the workspace that it needs there."""

import ctypes

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

SUCCESS, NOT_INITIALIZED, INVALID_VALUE, EXECUTION_FAILED = 0, 1, 7, 13
HOST, DEVICE = 0, 1  # cublasPointerMode_t


@pytest.fixture(scope="module")
def cublas(cp):
    """The library itself: CuPy's wrapper refuses every call while its stream captures."""
    cp.cuda.device.get_cublas_handle()  # loads it
    return ctypes.CDLL("libcublas.so.13")


@pytest.fixture
def handle(cublas, stream):
    handle = ctypes.c_void_p()
    assert cublas.cublasCreate_v2(ctypes.byref(handle)) == SUCCESS
    assert cublas.cublasSetStream_v2(handle, ctypes.c_void_p(stream.ptr)) == SUCCESS
    yield handle
    cublas.cublasDestroy_v2(handle)


@pytest.fixture
def set_workspace(cublas, handle):
    def set_workspace(pointer, size):
        return cublas.cublasSetWorkspace_v2(
            handle, ctypes.c_void_p(pointer or None), ctypes.c_size_t(size)
        )

    return set_workspace


@pytest.fixture
def multiply(cublas, handle):
    """c = alpha * a @ b, of square matrices in column-major order, for float32."""

    def multiply(a, b, c, alpha=None):
        n = len(a)
        alpha = ctypes.c_float(1) if alpha is None else alpha
        zero = ctypes.c_float(0)
        address = [ctypes.c_void_p(x.data.ptr) for x in (a, b, c)]
        return cublas.cublasSgemm_v2(
            handle, 0, 0, n, n, n, ctypes.byref(alpha), address[0], n, address[1], n,
            ctypes.byref(zero), address[2], n,
        )  # fmt: skip

    return multiply


@pytest.fixture
def workspace(cp):
    return cp.empty(1 << 20, np.uint8)


@pytest.fixture
def matrices(cp):
    a, b = np.random.default_rng(0).standard_normal((2, 4, 4)).astype(np.float32)
    return [cp.asarray(x, order="F") for x in (a, b, np.zeros_like(a))]


def test_a_product_becomes_a_node(
    cudaemu, stream, captured, set_workspace, multiply, workspace, matrices
):
    a, b, c = matrices
    assert set_workspace(workspace.data.ptr, workspace.size) == SUCCESS
    codes = []
    with cudaemu.measure() as counted:
        graph = captured(lambda: codes.append(multiply(a, b, c)))
    assert codes == [SUCCESS]
    assert counted == {"captured_nodes": 1, "graph_instantiations": 1}
    assert not c.get().any()
    with cudaemu.measure() as counted:
        graph.launch(stream)
    assert counted == {"graph_launches": 1, "graph_blas_nodes": 1}
    np.testing.assert_allclose(c.get(), a.get() @ b.get(), 1e-5, 1e-6)


def test_host_scalars_are_those_of_the_capture(
    stream, captured, set_workspace, multiply, workspace, matrices
):
    a, b, c = matrices
    assert set_workspace(workspace.data.ptr, workspace.size) == SUCCESS
    alpha = ctypes.c_float(2)
    graph = captured(lambda: multiply(a, b, c, alpha))
    alpha.value = 100
    graph.launch(stream)
    np.testing.assert_allclose(c.get(), 2 * a.get() @ b.get(), 1e-5, 1e-6)


def test_a_capture_without_a_workspace_is_refused(stream, refused, multiply, matrices, capfd):
    stream.begin_capture()
    assert multiply(*matrices) == EXECUTION_FAILED
    assert "call cublasSetWorkspace after cublasSetStream" in capfd.readouterr().err
    with refused("StreamCaptureInvalidated"):
        stream.end_capture()
    assert multiply(*matrices) == SUCCESS


def test_setting_the_stream_takes_the_workspace_away(
    cublas, handle, stream, refused, set_workspace, multiply, workspace, matrices
):
    assert set_workspace(workspace.data.ptr, workspace.size) == SUCCESS
    cublas.cublasSetStream_v2(handle, ctypes.c_void_p(stream.ptr))
    stream.begin_capture()
    assert multiply(*matrices) == EXECUTION_FAILED
    with refused("StreamCaptureInvalidated"):
        stream.end_capture()


def test_no_workspace_at_all_may_be_chosen(stream, set_workspace, multiply, matrices):
    assert set_workspace(0, 0) == SUCCESS
    stream.begin_capture()
    assert multiply(*matrices) == SUCCESS
    stream.end_capture().launch(stream)
    assert matrices[2].get().any()


def test_a_workspace_is_live_device_memory_at_a_multiple_of_256(
    cp, cublas, set_workspace, workspace, capfd
):
    pinned = cp.cuda.PinnedMemory(4096)
    for pointer, size in [
        (workspace.data.ptr, workspace.size + 1),
        (workspace.data.ptr + 16, 1024),
        (pinned.ptr, 4096),
        (0, 1024),
    ]:
        assert set_workspace(pointer, size) == INVALID_VALUE
        assert "bytes of live device memory" in capfd.readouterr().err
    assert set_workspace(workspace.data.ptr + 256, workspace.size - 256) == SUCCESS
    assert cublas.cublasSetWorkspace_v2(None, None, ctypes.c_size_t(0)) == NOT_INITIALIZED


def test_memory_freed_before_the_launch_is_an_error_that_names_the_call(
    stream, captured, refused, set_workspace, multiply, workspace, matrices, capfd
):
    assert set_workspace(workspace.data.ptr, workspace.size) == SUCCESS
    graph = captured(multiply, *matrices)
    matrices.clear()
    with refused("IllegalAddress"):
        graph.launch(stream)
    assert "cublasSgemm: operand" in capfd.readouterr().err


def test_the_workspace_has_to_outlive_the_graph(
    cp, stream, captured, refused, set_workspace, multiply, matrices, capfd
):
    workspace = cp.empty(1 << 20, np.uint8)
    assert set_workspace(workspace.data.ptr, workspace.size) == SUCCESS
    graph = captured(lambda: multiply(*matrices))
    del workspace
    with refused("IllegalAddress"):
        graph.launch(stream)
    assert "cublasSgemm: the workspace" in capfd.readouterr().err
    assert multiply(*matrices) == INVALID_VALUE


def test_a_result_on_the_host_cannot_be_captured(
    cp, cublas, handle, stream, captured, refused, set_workspace, workspace
):
    assert set_workspace(workspace.data.ptr, workspace.size) == SUCCESS
    x, on_host, on_device = cp.ones(4, np.float32), ctypes.c_float(-1), cp.zeros(1, np.float32)

    def sum_to(address):
        return cublas.cublasSasum_v2(handle, 4, ctypes.c_void_p(x.data.ptr), 1, address)

    stream.begin_capture()
    assert sum_to(ctypes.byref(on_host)) == EXECUTION_FAILED
    with refused("StreamCaptureInvalidated"):
        stream.end_capture()
    assert on_host.value == -1
    cublas.cublasSetPointerMode_v2(handle, DEVICE)
    captured(lambda: sum_to(ctypes.c_void_p(on_device.data.ptr))).launch(stream)
    assert float(on_device[0]) == 4
