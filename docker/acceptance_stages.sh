# shellcheck shell=bash
# shellcheck disable=SC2154  # what is not set here is gpu_acceptance.sh's
# The stages of docker/gpu_acceptance.sh, which sources this file and sets what its options say,
# $logs (where findings go), $emulated, $started and $reporter (a Python that makes the report).

readonly ALL_STAGES="smoke parity numbers suite sanitizer benchmarks" # each is a function below
# seconds: what the last stages are left, and what the numbers plan with
readonly FOR_REPORT=5 FOR_SANITIZER=60 FOR_NUMBERS=150
readonly MOST_WORKERS=12 # each holds a context on the device, some 500 MB
running="" # the process of the stage that runs

left() { echo $((seconds - SECONDS)); }
wanted() { [[ " $stages " == *" $1 "* ]]; }

report() {
    local given=(--out "$out" --commit "$commit" --date "${started:0:10}")
    [ -z "$machine" ] || given+=(--machine "$machine")
    "$reporter" benchmarks/acceptance_report.py "$logs" "${given[@]}"
}

# stage NAME MOST COMMAND...: keeps what it prints and its exit code, and makes the report anew;
# never ends the script. With --seconds, a command that is no function ends after MOST seconds, or
# when the time of all is up.
stage() {
    local name=$1 most=$2 code=0 rest
    shift 2
    rest=$(($(left) - FOR_REPORT))
    [ "$seconds" != "$DAY" ] && [ "$most" -lt "$rest" ] || most=$rest
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
    # before the facts are there, its name is not known
    [ ! -s "$logs/facts.json" ] || report >/dev/null || true
}

# cut_off: what a run that receives a signal to end still does; the stage that ran is recorded as cut off
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

smoke() {
    local length=600
    [ -z "$emulated" ] || length=5
    stage smoke 90 "$python" benchmarks/acceptance_smoke.py "$logs" --steps "$length"
}

parity() {
    local large=(--steps 5 --hidden "512,300" --batch-size 512 --optimizer adam)
    stage parity 90 "$python" -m xpnet parity --backends numpy,cupy --steps "$steps" --json "$logs/parity.json"
    if [ -n "$emulated" ]; then
        echo "not there" >"$logs/parity-large.exit"
    else
        # cuBLAS takes other kernels for these sizes
        stage parity-large 60 "$python" -m xpnet parity --backends numpy,cupy "${large[@]}"
    fi
}

numbers() {
    local planned=$(($(left) - 3 * FOR_REPORT))
    [ "$seconds" = "$DAY" ] || [ "$planned" -le $FOR_NUMBERS ] || planned=$FOR_NUMBERS
    stage numbers $((planned + 2 * FOR_REPORT)) \
        "$python" benchmarks/gpu_numbers.py "$logs" --seconds "$planned"
}

# has PACKAGE: whether it can be imported
has() { "$python" -c "import $1" 2>/dev/null; }

suite() {
    local most processes pytest
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
    stage suite "$DAY" env JAX_PLATFORMS=cpu OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
        "$python" "${pytest[@]}" $tests
}

sanitizer() {
    local check="compute-sanitizer --error-exitcode 9 --print-limit 20"
    if ! command -v compute-sanitizer >/dev/null; then
        printf '%-14s%s\n' sanitizer "there is no compute-sanitizer"
        echo "not there" >"$logs/sanitizer.exit"
        return
    fi
    stage sanitizer "$DAY" bash -c "$check --tool memcheck \"\$@\" && $check --tool racecheck \"\$@\"" \
        sanitizer "$python" benchmarks/sanitized_steps.py
}

benchmarks() {
    local timing=(--benchmark-only --results "$logs/benchmarks.json")
    # what runs on an emulated device, each once: it passes or fails
    [ -z "$emulated" ] || timing=(--benchmark-disable)
    # without --backend: they find the device by themselves
    stage benchmarks "$DAY" "$python" -m pytest -p no:cacheprovider benchmarks \
        --junitxml="$logs/benchmarks.xml" "${timing[@]}"
}

# run_stages: those that were chosen, in this order
run_stages() {
    if wanted numbers && [ -z "$emulated" ]; then
        # some GB of libraries come from a cold disk while the first stages run
        timeout 60 "$python" -c 'import torch, jax' >/dev/null 2>&1 &
    fi
    for name in $ALL_STAGES; do
        ! wanted "$name" || "$name"
    done
}
