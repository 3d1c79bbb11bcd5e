#!/usr/bin/env bash
# Everything that a machine with a GPU can say about xpnet, in one JSON and one Markdown file.
# Usable without Docker and without a network too. --help says how.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: docker/gpu_acceptance.sh [options]

Checks the driver and the free memory, installs xpnet for CUDA 12 or 13 (as the driver allows) in
a new environment, or takes the one that --python names, and runs these stages:

  smoke        the chapter's training on NumPy and on CuPy comes to the same accuracy
  parity       the certificate of `xpnet parity`, and one of larger sizes
  numbers      training steps against PyTorch and JAX on the GPU, what a launch costs the host,
               gradients, a grid of sizes
  suite        the tests on CuPy, in several processes where pytest-xdist is there
  sanitizer    a few steps under compute-sanitizer, where that is there
  benchmarks   all of benchmarks/, about a quarter of an hour; runs only if --stages names it

What a stage finds is on disk while it runs, in a folder of its own, and the report of all so far,
<date>-<machine>-acceptance.json and .md, is made anew after each: the run may be cut off at any
moment. A stage that fails is recorded, and the next ones run.
Exit code: 0 if every stage passed, 1 if one did not, 2 if it cannot start. The report of a part
(by --stages, --tests, or PYTEST_ADDOPTS="-k softmax" and the like) says so and is not passed.

  --python PATH    use this environment instead of installing one; no network is needed then. If
                   its CUDA device is the tests' emulator, the files say EMULATED, without times
  --wheels DIR     take packages that it lacks from the wheels in this folder:
                   pip download --no-deps -d DIR autograd safetensors
  --seconds N      end everything within N seconds: later stages shrink to what is left
  --stages "A B"   run these alone, in the order above
  --tests "A B"    paths of the suite to run instead of all of it
  --base PATH      the Python (3.11 or later) to make an environment with; default: python3
  --memory GIB     device memory that has to be free; default: 4
  --steps N        training steps of the parity certificate; default: 20
  --machine NAME   names the files; default: the GPU's name
  --commit ID      what is accepted, where there is no git to ask
  --out DIR        where they go; default: benchmarks/results, or results if emulated
  --work DIR       an empty folder for logs and the environment, which stay there (some GB);
                   default: logs beside the report, the environment in a temporary folder
  --help
TEXT
}

refuse() {
    printf 'gpu_acceptance.sh: %s\n' "$*" >&2
    exit 2
}

readonly REMEDIES="Remedy: run it on a machine with an NVIDIA GPU and its driver; or on the emulated device: \
python tests/cudaemu/setup.py .cudaemu, then docker/gpu_acceptance.sh --python .cudaemu/bin/python"
# The Linux drivers of CUDA 13.0 and 12.0 (CUDA Toolkit Release Notes, "CUDA Toolkit and Corresponding
# Driver Versions"). By minor version compatibility they run every 13.x and 12.x, which want the
# branches 580 and 525 (CUDA Compatibility, "Minor Version Compatibility").
readonly DRIVER_13=580.65.06 DRIVER_12=525.60.13
readonly DAY=86400 # seconds: it stands for no limit

# shellcheck source=docker/acceptance_stages.sh
. "$(dirname "$0")/acceptance_stages.sh"

python="" base=python3 memory=4 steps=20 machine="" out="" work=""
seconds=$DAY stages="smoke parity numbers suite sanitizer" tests="" wheels="" commit=""
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage && exit 0 ;;
        --python | --base | --memory | --steps | --machine | --out | --work | --seconds | --stages \
            | --tests | --wheels | --commit)
            [ $# -ge 2 ] || refuse "$1 wants a value; see --help"
            printf -v "${1#--}" '%s' "$2"
            shift 2
            ;;
        *) refuse "unknown option $1; see --help" ;;
    esac
done
for name in memory steps seconds; do
    [[ ${!name} =~ ^[1-9][0-9]*$ ]] || refuse "--$name ${!name}: expected a whole number of 1 or more"
done
stages=$(xargs <<<"${stages//,/ }")
[ -n "$stages" ] || refuse "--stages: expected some of $ALL_STAGES"
for name in $stages; do
    [[ " $ALL_STAGES " == *" $name "* ]] || refuse "--stages $name: expected some of $ALL_STAGES"
done
for name in python base; do
    [ -z "${!name}" ] || found=$(command -v "${!name}") || refuse "--$name ${!name}: no such program"
    # the script goes to the repository's root, so a path has to hold from there
    [ -z "${!name}" ] || printf -v "$name" '%s' "$(realpath --no-symlinks "$found")"
done
if [ -n "$wheels" ]; then
    [ -d "$wheels" ] || refuse "--wheels $wheels is not a folder"
    [ -n "$python" ] || refuse "--wheels goes with --python: an environment of its own lacks nothing"
    wheels=$(realpath "$wheels")
fi
[ -z "$out" ] || out=$(realpath --canonicalize-missing "$out")
[ -z "$work" ] || work=$(realpath --canonicalize-missing "$work")
if [ -e "$work" ]; then
    [ -d "$work" ] && [ -z "$(ls -A "$work")" ] || refuse "--work $work is not an empty folder: name a new one"
fi
cd "$(dirname "$0")/.."

site="" # what was unpacked of --wheels
trap '[ -z "$site" ] || rm -rf "$site"' EXIT

at_least() { [ "$(printf '%s\n' "$1" "$2" | sort --version-sort | head -n 1)" = "$1" ]; }

# check_gpu: driver and free memory, before anything is installed or written; sets cuda to 12 or 13
# and device to what nvidia-smi says of it
check_gpu() {
    local query=driver_version,memory.total,memory.free,name found driver free
    command -v nvidia-smi >/dev/null || refuse "no nvidia-smi, so no NVIDIA driver. $REMEDIES"
    found=$(nvidia-smi --query-gpu=$query --format=csv,noheader,nounits) \
        || refuse "nvidia-smi finds no GPU: ${found%%$'\n'*}. $REMEDIES"
    # CuPy computes on device 0, nvidia-smi's first in CUDA_DEVICE_ORDER=PCI_BUS_ID
    device=${found%%$'\n'*}
    driver=$(cut -d, -f1 <<<"$device" | tr -d ' ')
    free=$(cut -d, -f3 <<<"$device" | tr -d ' ')
    if at_least $DRIVER_13 "$driver"; then
        cuda=13
    elif at_least $DRIVER_12 "$driver"; then
        cuda=12
    else
        refuse "driver $driver is too old: expected $DRIVER_12 or later for CUDA 12, $DRIVER_13 for CUDA 13"
    fi
    # a GPU that shares the host's memory answers [N/A]
    [[ ! $free =~ ^[0-9]+$ ]] || [ "$free" -ge $((memory * 1024)) ] \
        || refuse "$free MiB of device memory are free, expected $memory GiB: end other programs" \
            "on the GPU, or give a smaller --memory"
    echo "driver $driver, CUDA $cuda, $free MiB free"
}

install_xpnet() {
    "$base" -m venv "$environment" \
        && "$python" -m pip install --require-hashes -r "docker/pins/cuda$cuda.txt" \
        && "$python" -m pip install --no-deps --no-build-isolation . \
        && "$python" -m pip check
}

# what the stages cannot do without; what else the environment holds is not xpnet's to judge
has_what_is_needed() { "$python" -c 'import cupy, hypothesis, numpy, pytest, rich, threadpoolctl, typer'; }
facts() { "$python" benchmarks/acceptance_facts.py; }
keep_facts() {
    [ -n "$emulated" ] || nvidia-smi
    facts >"$logs/facts.json"
}

export CUDA_DEVICE_ORDER=PCI_BUS_ID PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# JAX would take three quarters of the device's memory
export XLA_PYTHON_CLIENT_PREALLOCATE=false
export PYTHONPATH=$PWD:$PWD/benchmarks${PYTHONPATH:+:$PYTHONPATH}
if [ -n "$wheels" ]; then
    site=$(mktemp -d)
    unpacked=$("$python" benchmarks/unpack_wheels.py "$wheels" "$site")
    echo "from wheels: ${unpacked:-nothing, all are there}"
    export PYTHONPATH=$PYTHONPATH:$site
fi
emulated=""
if [ -n "$python" ]; then
    found=$(facts 2>&1) || refuse "$python: ${found##*$'\n'}. $REMEDIES"
    [[ $found != *'"emulated": true'* ]] || emulated=yes
fi
device=""
if [ -n "$emulated" ]; then
    echo "EMULATED device: no driver to check, no times"
else
    check_gpu
fi
[ -n "$python" ] || "$base" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || refuse "--base $base: expected Python 3.11 or later with its venv"
# nothing is written before this line, so that a refused start leaves nothing behind
out=${out:-${emulated:+results}}
out=${out:-benchmarks/results}
mkdir -p "$out" 2>/dev/null && [ -w "$out" ] || refuse "--out $out: cannot be written to"
started=$(date -u +%Y-%m-%d-%H%M%S)
logs=${work:-$out/$started-logs}
mkdir -p "$logs" 2>/dev/null || refuse "--work $logs: cannot be made"
[ -z "$device" ] || echo "$device" >"$logs/nvidia-smi.csv"
[ -z "${PYTEST_ADDOPTS:-}" ] || echo "$PYTEST_ADDOPTS" >"$logs/pytest_addopts"
[ -z "$tests" ] || echo "$tests" >"$logs/tests"
echo "$stages" >"$logs/chosen"
commit=${commit:-$(git describe --always --dirty 2>/dev/null || echo unknown)}
reporter=${python:-$base}
trap cut_off INT TERM

if [ -n "$python" ]; then
    stage install "$DAY" has_what_is_needed
else
    environment=${work:-$(mktemp -d)}/venv
    python=$environment/bin/python
    stage install "$DAY" install_xpnet
fi
stage device "$DAY" keep_facts
run_stages

echo "logs: $logs"
[ -z "${environment:-}" ] || echo "environment: $environment"
report
