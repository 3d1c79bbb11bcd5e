"""When CuPy runs on the emulated device, and when it stays on the GPU."""

import subprocess
from functools import partial

import pytest

pytestmark = pytest.mark.emulated

ACTIVE = "import cupy, cudaemu; print(cudaemu.active())"


@pytest.fixture
def python(python):
    """Runs code in a new Python, where nothing is said of the emulator unless the test says it."""
    return partial(python, CUDAEMU=None)


@pytest.fixture
def driver(tmp_path):
    """Makes a CUDA driver that counts so many devices; returns where to look for it."""

    def make(devices):
        source = tmp_path / "driver.cpp"
        source.write_text(
            'extern "C" int cuInit(unsigned) { return 0; }\n'
            f'extern "C" int cuDeviceGetCount(int* n) {{ *n = {devices}; return 0; }}\n'
        )
        library = tmp_path / "libcuda.so.1"
        subprocess.run(["g++", "-shared", "-fPIC", source, "-o", library], check=True)
        return str(tmp_path)

    return make


def test_without_a_driver_it_is_active_by_itself(python):
    assert python(ACTIVE).stdout == "True\n"


def test_a_driver_without_devices_is_no_gpu(python, driver):
    assert python(ACTIVE, LD_LIBRARY_PATH=driver(0)).stdout == "True\n"


def test_with_a_gpu_it_stays_away(python, driver):
    assert python(ACTIVE, LD_LIBRARY_PATH=driver(1)).stdout == "False\n"


def test_1_forces_it_beside_a_gpu(python, driver):
    assert python(ACTIVE, CUDAEMU="1", LD_LIBRARY_PATH=driver(1)).stdout == "True\n"


def test_0_forbids_it(python):
    assert python(ACTIVE, CUDAEMU="0").stdout == "False\n"


def test_another_value_is_refused_with_the_choices(python):
    done = python("import cupy", CUDAEMU="yes")
    assert done.returncode == 1
    assert "CUDAEMU is 'yes': set it to 1 (emulate), 0 (never)" in done.stderr.splitlines()[-1]


def test_a_look_for_cupy_is_no_import(python):
    code = (
        "import importlib.util, sys; importlib.util.find_spec('cupy'); "
        "print('cudaemu' in sys.modules)"
    )
    assert python(code).stdout == "False\n"


def test_a_start_without_cupy_loads_one_small_module(python):
    code = "import sys; print(*sorted(m for m in sys.modules if 'cudaemu' in m or m == 'ctypes'))"
    assert python(code).stdout == "cudaemu_first_import\n"


def test_too_late_is_an_error(python):
    done = python("import cupy, cudaemu; cudaemu.activate()", CUDAEMU="0")
    assert "set CUDAEMU=1 before the first import" in done.stderr.splitlines()[-1]


def test_twice_is_once(python):
    assert (
        python("import cudaemu; cudaemu.activate(); cudaemu.activate(); import cupy").returncode
        == 0
    )


def test_what_is_not_active_says_so(python):
    done = python("import cudaemu; cudaemu.counters()")
    assert "cudaemu is not active in this process" in done.stderr.splitlines()[-1]


def test_compiled_kernels_are_kept_apart_from_real_ones(python, tmp_path):
    code = "import os, cupy; print(os.environ.get('CUPY_CACHE_DIR'))"
    own = python(code, CUPY_CACHE_DIR=str(tmp_path)).stdout.strip()
    assert "cupy-kernels-" in own
    # a process that inherits the folder and is not emulated does not use it
    assert python(code, CUPY_CACHE_DIR=own, CUDAEMU="0").stdout == "None\n"
    assert python(code, CUPY_CACHE_DIR=str(tmp_path), CUDAEMU="0").stdout == f"{tmp_path}\n"
