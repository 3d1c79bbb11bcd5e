#!/usr/bin/env python3
"""Create a CuPy-on-CPU environment:  python3 setup.py DIR [--python EXISTING_PYTHON] [--test-deps]

DIR becomes a virtual environment with the unmodified CuPy wheel plus the `cudaemu` package. With --python the package
is built for and installed into an existing environment that already has the matching CuPy (nothing of CuPy is changed).
Needs: g++ (C++17, tested with 12), Python headers, PyPI. Everything else is fetched from PyPI.
"""
import argparse
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

CUPY = "14.2.0"
CUPY_SHA256 = "cfed725e612178cfbdbf62f4a3a598b60edecbbca718c0d4580c21a16ae4a62c"
WHEEL = "cupy-cuda13x"
CYTHON = "3.2.4"               # what the wheel was built with; the overlay must match
HEADERS = ["nvidia-cuda-runtime==13.0.96", "nvidia-cuda-crt==13.0.88"]
SONAMES = ["libcuda.so.1", "libcudart.so.13", "libnvrtc.so.13", "libcublas.so.13", "libcublasLt.so.13", "libnvJitLink.so.13", "libcurand.so.10",
           "libcusolver.so.12", "libcusparse.so.12", "libcufft.so.12"]
NOT_SUPPORTED = {"cublas": 15, "cusolver": 9, "cusparse": 10, "cufft": 16, "curand": 204, "nvrtc": 11}
HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.join(HERE, "src")
T0 = time.time()


def say(msg):
    print(f"[{time.time() - T0:6.1f}s] {msg}", flush=True)


def run(*cmd, **kw):
    subprocess.run(cmd, check=True, **kw)


def fetch_sdist(py, dest):
    """CuPy's source package, by pip, checked against the pinned sha256 (its stub mode lets pip read the metadata without CUDA)."""
    run(py, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "cupy", "-d", dest, f"cupy=={CUPY}", env={**os.environ, "CUPY_INSTALL_USE_STUB": "1"})
    path = os.path.join(dest, f"cupy-{CUPY}.tar.gz")
    if hashlib.sha256(open(path, "rb").read()).hexdigest() != CUPY_SHA256:
        raise SystemExit("checksum mismatch for the CuPy source package")
    with tarfile.open(path) as t:       # only the Cython declarations and the modules that get rebuilt
        keep = [m for m in t.getmembers() if m.isfile() and m.name.endswith((".pyx", ".pxd", ".pxi", ".h", ".cuh", "distributions.cu", "__init__.py"))
                and m.name.split("/")[1] in ("cupy", "cupy_backends") and "/include/" not in m.name]
        t.extractall(dest, keep)
    return os.path.join(dest, f"cupy-{CUPY}")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("dir")
    ap.add_argument("--python")
    ap.add_argument("--test-deps", action="store_true")
    ap.add_argument("--sdist", help="already unpacked sdist (offline)")
    a = ap.parse_args()
    if a.python:
        py = a.python
    else:
        if not os.path.exists(os.path.join(a.dir, "bin", "python")):
            run(sys.executable, "-m", "venv", a.dir)
        py = os.path.join(a.dir, "bin", "python")
        say("venv created")
        run(py, "-m", "pip", "install", "-q", f"{WHEEL}=={CUPY}")
    pkgs = [f"cython=={CYTHON}", "setuptools"] + (["pytest", "scipy", "pytest-timeout"] if a.test_deps else [])
    run(py, "-m", "pip", "install", "-q", *pkgs)
    run(py, "-m", "pip", "install", "-q", "--no-deps", *HEADERS)
    say("packages installed")
    info = json.loads(subprocess.check_output([py, "-c", """
import json, sysconfig, importlib.util, glob, os
sp = os.path.dirname(os.path.dirname(importlib.util.find_spec('cupy').origin))
print(json.dumps(dict(inc=sysconfig.get_paths()['include'], site=sysconfig.get_paths()['platlib'], cupy=sp)))"""]))
    cuda_inc = os.path.join(info["site"], "nvidia", "cu13", "include")
    pkg = os.path.join(info["site"], "cudaemu")
    shutil.rmtree(pkg, ignore_errors=True)
    shutil.copytree(os.path.join(HERE, "cudaemu"), pkg)
    lib, ovl = os.path.join(pkg, "lib"), os.path.join(pkg, "overlay")
    os.makedirs(lib)
    os.makedirs(ovl)
    shutil.copytree(os.path.join(SRC, "include"), os.path.join(lib, "include"))
    shutil.copy(os.path.join(SRC, "emu_abi.h"), lib)

    with tempfile.TemporaryDirectory() as tmp:
        sdist = a.sdist
        if sdist:
            shutil.copytree(sdist, os.path.join(tmp, "s"), ignore=shutil.ignore_patterns("include", "tests", "docs"))
            sdist = os.path.join(tmp, "s")
        else:
            sdist = fetch_sdist(py, tmp)
        say("CuPy sdist ready")
        flags = ["-std=c++17", "-fPIC", "-w", f"-I{cuda_inc}", f"-I{SRC}", f"-I{SRC}/overlay"]
        jobs = []

        def start(*cmd):
            if len(jobs) >= 2:
                finish(1)
            jobs.append((cmd, subprocess.Popen(cmd)))

        def finish(n=None):
            for _ in range(n or len(jobs)):
                cmd, p = jobs.pop(0)
                if p.wait():
                    raise SystemExit("failed: " + " ".join(cmd))

        # 1. Libraries the wheel links against: everything we do not implement becomes a stub that refuses, loudly.
        parts = {os.path.splitext(os.path.basename(f))[0]: f for d in ("device", "nvrtc", "libraries") for f in glob.glob(f"{SRC}/{d}/*.cpp")}
        for n, f in parts.items():
            start("g++", *flags, "-O2", "-g1", "-c", f, "-o", f"{tmp}/{n}.o")
        # 2. Cython: only the modules whose CUDA part is linked statically into the wheel's binaries.
        for mod in ("cupy_backends/cuda/api/runtime", "cupy/cuda/thrust", "cupy/cuda/cub", "cupy/random/_generator_api"):
            run(py, "-m", "cython", "-3", "--cplus", "-X", "c_api_binop_methods=True", "-X", "binding=False", "-X", "embedsignature=True", "-X", "warn.deprecated.IF=False",
                "-E", "CUPY_USE_CUDA_PYTHON=False,CUPY_CUFFT_STATIC=False,CUPY_CUDA_VERSION=13000,CUPY_HIP_VERSION=0,CUPY_CYTHON_VERSION=" + repr(CYTHON), mod + ".pyx", cwd=sdist)
        say("cython done")
        for h in ("cupy_thrust.h", "cupy_cub.h"):
            shutil.copy(f"{SRC}/overlay/{h}", f"{sdist}/cupy/cuda/{h}")
        finish()
        have = {ln.split()[-1] for o in parts for ln in subprocess.check_output(["nm", "--defined-only", f"{tmp}/{o}.o"], text=True).splitlines()}
        need = set()
        for root, _, names in os.walk(info["cupy"]):
            if not ("cupy_backends" in root or "/cupy/cuda" in root):
                continue
            for n in names:
                if n.endswith(".so"):
                    for ln in subprocess.run(["nm", "-D", "--undefined-only", os.path.join(root, n)], text=True, capture_output=True).stdout.splitlines():
                        s = ln.split()[-1].split("@")[0]
                        if any(s.startswith(p) for p in NOT_SUPPORTED):
                            need.add(s)
        with open(f"{tmp}/stubs.cpp", "w") as f:
            f.write('#include "emu_internal.h"\n')
            for s in sorted(need - have):
                code = next(v for k, v in NOT_SUPPORTED.items() if s.startswith(k))
                if s.endswith(("GetErrorString", "GetErrorName")):
                    f.write(f'extern "C" const char* {s}(int) {{ return "status of an emulated library (not supported)"; }}\n')
                    continue
                f.write(f'extern "C" int {s}() {{ emu_complain("{s} is not emulated"); return {code}; }}\n')
        say(f"{len(need & have)} library functions implemented, {len(need - have)} stubs")
        shutil.copy(f"{tmp}/stubs.cpp", f"{lib}/stubs.cpp")
        run("g++", *flags, "-O1", "-c", f"{tmp}/stubs.cpp", "-o", f"{tmp}/stubs.o")
        run("g++", "-shared", "-o", f"{lib}/libcudaemu.so", "-Wl,-soname,libcudaemu.so", *[f"{tmp}/{o}.o" for o in (*parts, "stubs")], "-ldl", "-lpthread")
        for s in SONAMES:
            run("g++", "-shared", "-o", f"{lib}/{s}", f"-Wl,-soname,{s}", "-Wl,--no-as-needed", f"-L{lib}", "-lcudaemu", "-Wl,-rpath,$ORIGIN")
        say("emulated libraries built")
        ext = flags + ["-O1", "-shared", f"-I{info['inc']}", f"-L{lib}", "-Wl,-rpath,$ORIGIN/../lib"]
        start("g++", *ext, f"{sdist}/cupy_backends/cuda/api/runtime.cpp", "-o", f"{ovl}/runtime.so", "-lcudaemu")
        for n in ("thrust", "cub"):
            start("g++", *ext, f"{sdist}/cupy/cuda/{n}.cpp", f"{SRC}/overlay/{n}_host.cpp", "-o", f"{ovl}/{n}.so", "-lcudaemu")
        # CuPy's Generator kernels: compile the .cu as host code, with the two <<<>>> launches rewritten.
        cu = open(f"{sdist}/cupy/random/cupy_distributions.cu").read()
        cu, n = re.subn(r"(\w+<[\w, ]+>)<<<bpg, tpb, 0, _stream>>>\(std::forward<Args>\(args\)\.\.\.\);", r"emu_host_launch(bpg, tpb, _stream, [=] { \1(args...); });", cu)
        assert n == 2, "CuPy's random kernels changed; adapt the rewrite"
        open(f"{sdist}/cupy/random/cupy_distributions.cpp", "w").write(cu)
        start("g++", *ext, "-include", f"{SRC}/include/cudaemu_device.h", f"{sdist}/cupy/random/_generator_api.cpp", f"{sdist}/cupy/random/cupy_distributions.cpp", "-o", f"{ovl}/_generator_api.so", "-lcudaemu")
        finish()
    with open(os.path.join(info["site"], "cudaemu.pth"), "w") as f:
        f.write("import os; os.environ.get('CUDAEMU') == '1' and __import__('cudaemu').activate()\n")
    say("done; try:  CUDAEMU=1 " + py + " -c 'import cupy; print(cupy.arange(10).sum())'")


main()
