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
  numbers      training steps against PyTorch and JAX on the GPU, gradients, a grid of sizes
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
  --wheels DIR     take packages of pure Python that it lacks from the wheels in this folder:
                   pip download --no-deps -d DIR autograd
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
readonly ALL_STAGES="smoke parity numbers suite sanitizer benchmarks"
# seconds: what the last stages are left, and what the numbers plan with; a day stands for no limit
readonly FOR_REPORT=5 FOR_SANITIZER=60 FOR_NUMBERS=150 DAY=86400
readonly MOST_WORKERS=12 # each holds a context on the device, some 500 MB

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
    [[ ${!name} =~ ^[1-9][0-9]*$ ]] || refuse "--$name ${!name}: wanted a whole number from 1 on"
done
stages=$(xargs <<<"${stages//,/ }")
[ -n "$stages" ] || refuse "--stages: wanted some of $ALL_STAGES"
for name in $stages; do
    [[ " $ALL_STAGES " == *" $name "* ]] || refuse "--stages $name: wanted some of $ALL_STAGES"
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

left() { echo $((seconds - SECONDS)); }
wanted() { [[ " $stages " == *" $1 "* ]]; }

report() {
    local given=(--out "$out" --commit "$commit" --date "${started:0:10}")
    [ -z "$machine" ] || given+=(--machine "$machine")
    "${python:-$base}" benchmarks/acceptance_report.py "$logs" "${given[@]}"
}

# stage NAME COMMAND...: keeps what it prints and its exit code, and makes the report anew; never
# ends the script. A command that is no function ends when the time is up.
stage() {
    local name=$1 code=0 most
    shift
    most=$(($(left) - FOR_REPORT))
    printf '%-14s' "$name"
    if [ "$most" -lt 1 ]; then
        echo "not run: no time is left"
        return
    fi
    [ "$(type -t "$1")" = function ] || set -- timeout --kill-after=5 "$most" "$@"
    # in the background, since bash acts on a signal during `wait` alone
    "$@" >"$logs/$name.log" 2>&1 &
    running=$!
    wait "$running" || code=$?
    running=""
    echo "$code" >"$logs/$name.exit"
    if [ "$code" = 0 ]; then
        echo passed
    elif [ "$code" = 124 ] || [ "$code" = 137 ]; then
        echo "out of time, see $logs/$name.log"
    else
        echo "failed (exit $code), see $logs/$name.log"
    fi
    # before the facts are there, nobody knows its name
    [ ! -s "$logs/facts.json" ] || report >/dev/null || true
}

# cut_off: what a run that is told to end still does; the stage that ran is recorded as cut off
running="" site=""
cut_off() {
    trap - INT TERM
    if [ -n "$running" ]; then
        kill "$running" 2>/dev/null || true
        wait "$running" || true
    fi
    echo "cut off"
    report || true
    exit 1
}
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
        refuse "driver $driver is too old: wanted $DRIVER_12 for CUDA 12 or $DRIVER_13 for CUDA 13"
    fi
    # a GPU that shares the host's memory answers [N/A]
    [[ ! $free =~ ^[0-9]+$ ]] || [ "$free" -ge $((memory * 1024)) ] \
        || refuse "$free MiB of device memory are free, wanted $memory GiB: end other programs" \
            "on the GPU, or give a smaller --memory"
    echo "driver $driver, CUDA $cuda, $free MiB free"
}

install_xpnet() {
    "$base" -m venv "$environment" \
        && "$base" docker/requirements.py "cuda$cuda" test bench build >"$logs/wanted.txt" \
        && "$python" -m pip install -c "docker/pins/cuda$cuda.txt" -r "$logs/wanted.txt" \
        && "$python" -m pip install --no-deps --no-build-isolation . \
        && "$python" -m pip check
}

has() { "$python" -c "import $1" 2>/dev/null; }
# what the stages cannot do without; what else the environment holds is not xpnet's to judge
has_what_is_needed() { "$python" -c 'import cupy, hypothesis, numpy, pytest, rich, threadpoolctl, typer'; }
facts() { "$python" benchmarks/acceptance_facts.py; }
keep_facts() {
    [ -n "$emulated" ] || nvidia-smi
    facts >"$logs/facts.json"
}

parity() {
    local large=(--steps 5 --hidden "512,300" --batch-size 512 --optimizer adam)
    stage parity "$python" -m xpnet parity --backends numpy,cupy --steps "$steps" --json "$logs/parity.json"
    if [ -n "$emulated" ]; then
        echo "not there" >"$logs/parity-large.exit"
    else
        # cuBLAS takes other kernels for these sizes
        stage parity-large "$python" -m xpnet parity --backends numpy,cupy "${large[@]}"
    fi
}

numbers() {
    local planned=$(($(left) - 3 * FOR_REPORT))
    [ "$seconds" = "$DAY" ] || [ "$planned" -le $FOR_NUMBERS ] || planned=$FOR_NUMBERS
    [ "$planned" -ge 1 ] || planned=1
    stage numbers timeout --kill-after=5 $((planned + 2 * FOR_REPORT)) \
        "$python" benchmarks/gpu_numbers.py "$logs" --seconds "$planned"
}

suite() {
    local most processes
    pytest=(-m pytest -p no:cacheprovider -p acceptance_plugin --backend cupy "--acceptance=$logs")
    pytest+=("--junitxml=$logs/suite.xml" --continue-on-collection-errors -q -rfE --tb=short --durations=25)
    if [ "$seconds" != "$DAY" ]; then
        most=$(($(left) - 3 * FOR_REPORT))
        ! wanted sanitizer || most=$((most - FOR_SANITIZER))
        # then the tests end by themselves, with a report
        pytest+=("--until=$(($(date +%s) + most))")
    fi
    processes=$(nproc)
    [ "$processes" -le $MOST_WORKERS ] || processes=$MOST_WORKERS
    ! has xdist || pytest+=(-n "$processes")
    ! has pytest_timeout || pytest+=(--timeout 300)
    # JAX on the CPU: each process would hold memory of the device
    # shellcheck disable=SC2086  # --tests holds several paths
    stage suite env JAX_PLATFORMS=cpu OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
        "$python" "${pytest[@]}" $tests
}

sanitizer() {
    local check="compute-sanitizer --error-exitcode 9 --print-limit 20"
    if ! command -v compute-sanitizer >/dev/null; then
        printf '%-14s%s\n' sanitizer "there is no compute-sanitizer"
        echo "not there" >"$logs/sanitizer.exit"
        return
    fi
    stage sanitizer bash -c "$check --tool memcheck \"\$@\" && $check --tool racecheck \"\$@\"" \
        sanitizer "$python" benchmarks/sanitized_steps.py
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
started=$(date -u +%Y-%m-%d-%H%M%S)
logs=${work:-$out/$started-logs}
mkdir -p "$logs" 2>/dev/null || refuse "--work $logs: cannot be made"
[ -z "$device" ] || echo "$device" >"$logs/nvidia-smi.csv"
[ -z "${PYTEST_ADDOPTS:-}" ] || echo "$PYTEST_ADDOPTS" >"$logs/pytest_addopts"
[ -z "$tests" ] || echo "$tests" >"$logs/tests"
echo "$stages" >"$logs/chosen"
commit=${commit:-$(git describe --always --dirty 2>/dev/null || echo unknown)}
trap cut_off INT TERM

if [ -n "$python" ]; then
    stage install has_what_is_needed
else
    environment=${work:-$(mktemp -d)}/venv
    python=$environment/bin/python
    stage install install_xpnet
fi
stage device keep_facts
if wanted numbers && [ -z "$emulated" ]; then
    # some GB of libraries come from a cold disk while the first stages run
    timeout 60 "$python" -c 'import torch, jax' >/dev/null 2>&1 &
fi
if wanted smoke; then
    stage smoke "$python" benchmarks/acceptance_smoke.py "$logs" --steps "$([ -n "$emulated" ] && echo 5 || echo 600)"
fi
! wanted parity || parity
! wanted numbers || numbers
! wanted suite || suite
! wanted sanitizer || sanitizer
if wanted benchmarks; then
    if [ -n "$emulated" ]; then
        # what runs on the device, each once: it passes or fails
        timing=(--benchmark-disable)
    else
        timing=(--benchmark-only --results "$logs/benchmarks.json")
    fi
    # without --backend: they find the device by themselves
    stage benchmarks "$python" -m pytest -p no:cacheprovider benchmarks \
        --junitxml="$logs/benchmarks.xml" "${timing[@]}"
fi

echo "logs: $logs"
[ -z "${environment:-}" ] || echo "environment: $environment"
report
