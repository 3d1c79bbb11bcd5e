"""A PREDICTION of the least time that a training step takes, and how near a CPU comes to it.

    python benchmarks/cost_model.py

On the CPU that it runs on, ceilings and steps are measured in one run and compared. For GPUs it
knows no more than their data sheets and what a launch, or the replay of a captured step, is
assumed to cost: nothing of that is measured. The model leaves out Python between the launches, the
start of each kernel on the device (a captured step has an assumed least for it), and what a kernel
of a size too small to fill the device loses.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ceilings import amount, seconds_of
from comparisons.steps import xpnet_steps
from devices import DATA_SHEETS, REPLAY, Device, Replay, this_cpu
from environment import environment
from operations import Operation, captured_step, training_step
from problems import PROBLEMS, Problem

from xpnet.backends import use_backend
from xpnet.bench import Benchmark, Spread
from xpnet.bench.benchmark import CPU
from xpnet.machine import cores, use_threads
from xpnet.tables import text_table

__all__ = [
    "captured",
    "checked",
    "crossover",
    "figures",
    "from_data_sheets",
    "measured",
    "operation_by_operation",
    "predicted",
    "replay_figures",
]

UNITS, TURNS = (100, 5, 2), (20, 15, 9)
"""For each of `PROBLEMS`: steps in a turn, and turns."""

HIDDEN, BATCHES = (8, 50, 256, 1024), (1, 32, 512)
"""The grid of `crossover`."""

PREDICTION = "PREDICTION"


def predicted(device: Device, problem: Problem) -> float:
    """Seconds that a step takes at least."""
    return device.least(training_step(problem.sizes, problem.batch))


def measured(problem: Problem, units: int, turns: int) -> Spread:
    """Seconds of a step on NumPy."""
    benchmark = Benchmark("training step", problem.name, units=units)
    with use_backend("numpy"):
        benchmark.add(CPU, xpnet_steps(problem, problem.data()))
    [row] = benchmark.results(turns)
    return seconds_of(row)


def checked(cpu: Device, times: Sequence[Spread]) -> list[str]:
    """For each problem what was predicted for this CPU, what was measured, and their ratio.

    Predictions are from ceilings that are lower quartiles, and the ratio is of the median: it is
    above 1 where the machine has other work to do, too.
    """
    rows = [["", "step", "at least", "measured (quartiles)", "measured / PREDICTION"]]
    for problem, time in zip(PROBLEMS, times, strict=True):
        least = predicted(cpu, problem)
        timed = f"{_time(time.median)} ({_time(time.low)} to {_time(time.high)})"
        rows.append([PREDICTION, problem.name, _time(least), timed, f"{time.median / least:.2f}"])
    return [f"{PREDICTION} for this CPU, beside what was measured in the same run", *_aligned(rows)]


def from_data_sheets(devices: Sequence[Device]) -> list[str]:
    """For each problem the least time on each device, and what decides it."""
    rows = [["", "step", *(device.name for device in devices)]]
    for problem in PROBLEMS:
        operations = training_step(problem.sizes, problem.batch)
        cells = [f"{_time(d.least(operations))} ({_decides(d, operations)})" for d in devices]
        rows.append([PREDICTION, problem.name, *cells])
    title = f"{PREDICTION} for GPUs, at least, and what decides it; no GPU was measured"
    return [title, *_aligned(rows)]


def captured(devices: Sequence[Device], replay: Replay) -> list[str]:
    """For each problem the least time of a step that is captured, and what decides it."""
    rows = [["", "captured step", *(device.name for device in devices)]]
    for problem in PROBLEMS:
        nodes = captured_step(problem.sizes, problem.batch)
        cells = [
            f"{_time(d.replayed(nodes, replay))} ({_decides_replay(d, nodes, replay)})"
            for d in devices
        ]
        rows.append([PREDICTION, problem.name, *cells])
    title = f"{PREDICTION} for GPUs, one replay a step, at least; no GPU was measured"
    return [title, *_aligned(rows)]


def crossover(cpu: Device, gpu: Device, replay: Replay) -> list[str]:
    """The least time of steps over a grid of sizes, on a CPU and on a GPU, plain and captured."""
    rows = [["", "step", "on the CPU", f"{gpu.name}, plain", f"{gpu.name}, captured"]]
    for hidden in HIDDEN:
        for batch in BATCHES:
            problem = Problem((784, hidden, 10), batch)
            replayed = gpu.replayed(captured_step(problem.sizes, problem.batch), replay)
            times = predicted(cpu, problem), predicted(gpu, problem), replayed
            rows.append([PREDICTION, problem.name, *map(_time, times)])
    title = f"{PREDICTION}, from which size on a GPU is faster: at least; no GPU was measured"
    return [title, *_aligned(rows)]


def operation_by_operation(device: Device, problem: Problem) -> list[str]:
    """What the model counts, in the order of a step."""
    operations = training_step(problem.sizes, problem.batch)
    rows = [["", "operation", "launches", "flops", "moved", f"work on {device.name}, at least"]]
    for one in operations:
        least = _time(device.ceilings.least(one.flops, one.bytes))
        counts = str(one.launches), f"{one.flops:,}", amount(one.bytes)
        rows.append([PREDICTION, one.name, *counts, least])
    launches = sum(one.launches for one in operations)
    title = f"{PREDICTION}, operation by operation: {problem.name}, {launches} launches"
    return [title, *_aligned(rows)]


def figures(device: Device) -> list[str]:
    """What is known of a device, and from where."""
    product = f"{_speed(device.ceilings.product)} GFLOP/s"
    launch = "for each launch, assumed" if device.overlaps else "for each call of NumPy"
    copies = [
        f"{_speed(speed)} GB/s" + (f" ({amount(moved)})" if moved else "")
        for moved, speed in device.ceilings.copies.items()
    ]
    return [
        f"{device.name}: {product}; {_time(device.launch)} {launch}",
        f"    memory: {', '.join(copies)}",
        f"    {device.source}",
    ]


def replay_figures(replay: Replay) -> list[str]:
    """What a replay is assumed to cost, and from where."""
    first = f"{_time(replay.launch)} of the host, {_time(replay.node)} for each kernel at least"
    return [f"a replay of a captured step: {first}, assumed", *(f"    {s}" for s in replay.sources)]


def _decides_replay(device: Device, nodes: Sequence[Operation], replay: Replay) -> str:
    """What takes longest: the host, the least that each kernel takes, or the device's work."""
    spent = device.nodes(nodes, replay)
    if replay.launch > spent:
        return "the replay"
    return "the device" if device.work(nodes) > spent / 2 else "short kernels"


def _decides(device: Device, operations: Sequence[Operation]) -> str:
    return "launches" if device.orders(operations) > device.work(operations) else "the device"


def _speed(a_second: float) -> str:
    return f"{a_second / 1e9:,.3g}" if a_second < 1e12 else f"{a_second / 1e9:,.0f}"


def _time(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:,.3g} us"
    return f"{seconds * 1e3:,.3g} ms"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"  {line}" for line in text_table(rows)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=cores(), help="of BLAS (default: all cores)")
    threads = parser.parse_args().threads
    with use_threads(threads):
        cpu = this_cpu()
        times = [measured(*one) for one in zip(PROBLEMS, UNITS, TURNS, strict=True)]
        where = environment()
    versions = ", ".join(f"{name} {version}" for name, version in where["packages"].items())
    print(f"{where['date']}, commit {where['commit']}, {', '.join(where['blas'])}, {versions}")
    known = [line for device in (cpu, *DATA_SHEETS) for line in figures(device)]
    known += replay_figures(REPLAY)
    sections = [
        ["What the predictions rest on:", *known],
        checked(cpu, times),
        from_data_sheets(DATA_SHEETS),
        captured(DATA_SHEETS, REPLAY),
        *(crossover(cpu, gpu, REPLAY) for gpu in DATA_SHEETS),
        operation_by_operation(cpu, PROBLEMS[0]),
    ]
    for lines in sections:
        print("", *lines, sep="\n")


if __name__ == "__main__":
    main()
