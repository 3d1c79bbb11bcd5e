#!/usr/bin/env bash
# Everything that a machine with a GPU can say about xpnet, in one JSON and one Markdown file.
# Usable without Docker too. --help says how.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: docker/gpu_acceptance.sh [options]

Checks the driver and the free memory, installs xpnet for CUDA 12 or 13 (as the driver allows) in
a new environment, runs the whole test suite on CuPy, the parity certificate and the benchmarks,
and writes <date>-<machine>-acceptance.json and .md. A stage that fails is recorded, and the next
ones run.
Exit code: 0 if everything passed, 1 if a stage failed, 2 if it cannot start.
PYTEST_ADDOPTS="-k softmax" and the like shorten a trial; the report says so and is not passed.

  --python PATH    use this environment instead of installing one; if its CUDA device is the
                   tests' emulator, the files say EMULATED and hold no times
  --base PATH      the Python (3.11 or later) to make an environment with; default: python3
  --memory GIB     device memory that has to be free; default: 4
  --steps N        training steps of the parity certificate; default: 20
  --machine NAME   names the files; default: the GPU's name
  --out DIR        where they go; default: benchmarks/results, or results if emulated
  --work DIR       an empty folder for logs and the environment, which stay there (some GB);
                   default: a temporary one
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

python="" base=python3 memory=4 steps=20 machine="" out="" work=""
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage && exit 0 ;;
        --python | --base | --memory | --steps | --machine | --out | --work)
            [ $# -ge 2 ] || refuse "$1 wants a value; see --help"
            printf -v "${1#--}" '%s' "$2"
            shift 2
            ;;
        *) refuse "unknown option $1; see --help" ;;
    esac
done
for name in memory steps; do
    [[ ${!name} =~ ^[1-9][0-9]*$ ]] || refuse "--$name ${!name}: wanted a whole number from 1 on"
done
for name in python base; do
    [ -z "${!name}" ] || found=$(command -v "${!name}") || refuse "--$name ${!name}: no such program"
    # the script goes to the repository's root, so a path has to hold from there
    [ -z "${!name}" ] || printf -v "$name" '%s' "$(realpath --no-symlinks "$found")"
done
[ -z "$out" ] || out=$(realpath --canonicalize-missing "$out")
[ -z "$work" ] || work=$(realpath --canonicalize-missing "$work")
if [ -e "$work" ]; then
    [ -d "$work" ] && [ -z "$(ls -A "$work")" ] || refuse "--work $work is not an empty folder: name a new one"
fi
cd "$(dirname "$0")/.."

# stage NAME COMMAND...: keeps what it prints and its exit code; never ends the script
stage() {
    local name=$1 code=0
    shift
    printf '%-12s' "$name"
    "$@" >"$work/$name.log" 2>&1 || code=$?
    echo "$code" >"$work/$name.exit"
    if [ "$code" = 0 ]; then echo passed; else echo "failed (exit $code), see $work/$name.log"; fi
}

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
        refuse "driver $driver is too old: wanted $DRIVER_12 for CUDA 12 or $DRIVER_13 for CUDA 13"
    fi
    # a GPU that shares the host's memory answers [N/A]
    [[ ! $free =~ ^[0-9]+$ ]] || [ "$free" -ge $((memory * 1024)) ] \
        || refuse "$free MiB of device memory are free, wanted $memory GiB: end other programs" \
            "on the GPU, or give a smaller --memory"
    echo "driver $driver, CUDA $cuda, $free MiB free"
}

install_xpnet() {
    "$base" -m venv "$work/venv" \
        && "$base" docker/requirements.py "cuda$cuda" test bench build >"$work/wanted.txt" \
        && "$python" -m pip install -c "docker/pins/cuda$cuda.txt" -r "$work/wanted.txt" \
        && "$python" -m pip install --no-deps --no-build-isolation . \
        && "$python" -m pip check
}

facts() { "$python" benchmarks/acceptance_facts.py; }
keep_facts() { facts >"$work/facts.json"; }

export CUDA_DEVICE_ORDER=PCI_BUS_ID PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$PWD${PYTHONPATH:+:$PYTHONPATH}
emulated=""
if [ -n "$python" ]; then
    told=$(facts 2>&1) || refuse "$python: ${told##*$'\n'}. $REMEDIES"
    [[ $told != *'"emulated": true'* ]] || emulated=yes
fi
device=""
if [ -n "$emulated" ]; then
    echo "EMULATED device: no driver to check, no times"
else
    check_gpu
fi
[ -n "$python" ] || "$base" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || refuse "--base $base: wanted Python 3.11 or later with its venv"
# nothing is written before this line, so that a refused start leaves nothing behind
out=${out:-${emulated:+results}}
out=${out:-benchmarks/results}
mkdir -p "$out" 2>/dev/null && [ -w "$out" ] || refuse "--out $out: cannot be written to"
work=${work:-$(mktemp -d)}
mkdir -p "$work" 2>/dev/null || refuse "--work $work: cannot be made"
[ -z "$device" ] || echo "$device" >"$work/nvidia-smi.csv"
[ -z "${PYTEST_ADDOPTS:-}" ] || echo "$PYTEST_ADDOPTS" >"$work/pytest_addopts"
commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
if [ -n "$python" ]; then
    stage install "$python" -m pip check
else
    python=$work/venv/bin/python
    stage install install_xpnet
fi
stage device keep_facts

pytest=("$python" -m pytest -p no:cacheprovider --backend cupy)
stage suite "${pytest[@]}" --junitxml="$work/suite.xml"
stage parity "$python" -m xpnet parity --backends numpy,cupy --steps "$steps" --json "$work/parity.json"
if [ -n "$emulated" ]; then
    # what runs on the device, each once: it passes or fails
    timing=(--benchmark-disable)
else
    timing=(--benchmark-only --results "$work/benchmarks.json")
fi
# without --backend: they find the device by themselves
stage benchmarks "$python" -m pytest -p no:cacheprovider benchmarks \
    --junitxml="$work/benchmarks.xml" "${timing[@]}"

report=(--out "$out" --commit "$commit")
[ -z "$machine" ] || report+=(--machine "$machine")
echo "logs and environment: $work"
"$base" benchmarks/acceptance_report.py "$work" "${report[@]}"
