"""Run CuPy on a machine without a GPU by emulating the CUDA layer underneath it.

Call activate() before the first ``import cupy`` (or set CUDAEMU=1, or run ``python -m cudaemu script.py``).
The installed CuPy is not modified: emulated libraries are preloaded under NVIDIA's sonames and four extension
modules (runtime, thrust, cub, random._generator_api) are taken from this package instead, for this process only.
"""
import contextlib
import ctypes
import glob
import importlib.machinery
import importlib.util
import os
import sys

_DIR = os.path.dirname(os.path.abspath(__file__))
_LIB = os.path.join(_DIR, "lib")
_OVERLAY = {
    "cupy_backends.cuda.api.runtime": "runtime",
    "cupy.cuda.thrust": "thrust",
    "cupy.cuda.cub": "cub",
    "cupy.random._generator_api": "_generator_api",
}
# keep in sync with enum emu_counter in emu_internal.h
COUNTERS = ("kernel_launches graph_launches graph_kernels graph_other_nodes cublas_calls curand_calls sort_calls cub_calls cufft_calls "
            "h2d h2d_bytes d2h d2h_bytes d2d d2d_bytes h2h h2h_bytes memset memset_bytes "
            "device_mallocs device_malloc_bytes device_frees host_allocs "
            "stream_syncs device_syncs event_syncs memcpy_syncs event_records stream_waits "
            "nvrtc_compiles nvrtc_cache_hits module_loads captured_nodes failed_launches threads fiber_blocks").split()
_core = None


class _Overlay:
    @staticmethod
    def find_spec(name, path=None, target=None):
        stem = _OVERLAY.get(name)
        if stem is None:
            return None
        file = os.path.join(_DIR, "overlay", stem + ".so")
        loader = importlib.machinery.ExtensionFileLoader(name, file)
        return importlib.util.spec_from_file_location(name, file, loader=loader)


def activate():
    """Install the emulator into this process. Must run before CuPy is imported. Idempotent."""
    global _core
    if _core is not None:
        return
    if "cupy_backends.cuda.api.runtime" in sys.modules:
        raise RuntimeError("cudaemu.activate() must be called before cupy is imported")
    if "CUPY_CACHE_DIR" not in os.environ:              # emulated binaries must never mix with real cubins
        os.environ["CUPY_CACHE_DIR"] = os.path.expanduser("~/.cache/cudaemu/cupy-kernel-cache")
    os.environ["NVCC"] = f"{sys.executable} {os.path.join(_DIR, 'nvcc.py')}"   # real nvcc output cannot run here
    if "CUDAEMU_BLAS" not in os.environ:
        spec = importlib.util.find_spec("numpy")
        libs = glob.glob(os.path.join(os.path.dirname(os.path.dirname(spec.origin)), "numpy.libs", "libscipy_openblas64_*"))
        os.environ["CUDAEMU_BLAS"] = libs[0] if libs else ""
    core = ctypes.CDLL(os.path.join(_LIB, "libcudaemu.so"))
    if core.emu_counter_count() != len(COUNTERS):
        raise RuntimeError("cudaemu: library and Python package do not match")
    for f in sorted(os.listdir(_LIB)):                  # later dlopen(soname) calls find these
        if f != "libcudaemu.so" and ".so" in f:
            ctypes.CDLL(os.path.join(_LIB, f))
    sys.meta_path.insert(0, _Overlay)
    _core = core


def counters():
    """Snapshot of all counters as a dict."""
    raw = (ctypes.c_ulonglong * len(COUNTERS)).in_dll(_core, "emu_counters")
    return dict(zip(COUNTERS, raw))


def reset():
    _core.emu_counter_reset()


@contextlib.contextmanager
def measure():
    """with measure() as m: ...   -> m is a dict of the counter differences (non-zero only) after the block."""
    before, out = counters(), {}
    try:
        yield out
    finally:
        out.update({k: v - before[k] for k, v in counters().items() if v != before[k]})


def active():
    """Whether this process runs on the emulated device."""
    return _core is not None


@contextlib.contextmanager
def settings(order=None, memory=None, guard=None):
    """For the block: the order of blocks and threads (a seed), device memory in bytes, tight guard pages."""
    _core.emu_get_memory.restype = ctypes.c_size_t
    wanted = {"order": (order, ctypes.c_uint), "memory": (memory, ctypes.c_size_t), "guard": (guard, ctypes.c_int)}
    before = {}
    for name, (value, ctype) in wanted.items():
        if value is not None:
            before[name] = ctype(getattr(_core, "emu_get_" + name)())
            getattr(_core, "emu_set_" + name)(ctype(int(value)))
    try:
        yield
    finally:
        for name, value in before.items():
            getattr(_core, "emu_set_" + name)(value)


def graph_nodes(graph_ptr, kernels_only=False):
    _core.emu_graph_nodes.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return _core.emu_graph_nodes(graph_ptr, int(kernels_only))
