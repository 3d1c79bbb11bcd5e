"""The numbers that a GPU is asked for first, within a budget of seconds, on disk one by one.

    python benchmarks/gpu_numbers.py FOLDER --seconds 150

Every benchmark that is over stands in FOLDER/numbers.json (as `report.py` reads it) and, for a
person, in FOLDER/numbers.txt. What the seconds do not suffice for is left out, with a row that
says so. On an emulated device a small benchmark and each launch run, and nothing is timed.
"""

from __future__ import annotations

import argparse
import json
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from comparisons.crossover import crossover
from comparisons.gradients import compare_with_the_chapter
from comparisons.library_case import failure
from contenders import Contender
from environment import environment
from gpu_launches import HOST, Launches
from gpu_launches import TABLE as LAUNCH
from gpu_steps import BASELINE, COMPILED, ON_GPU, TABLE, compare_gpu_steps
from problems import PROBLEMS, Problem
from publishing.tables import text_tables

from xpnet.bench import Benchmark, Result, Results
from xpnet.bench.benchmark import GPU
from xpnet.bench.gradients import BACKPROP_CUDA
from xpnet.bench.text import headline
from xpnet.files import write_whole
from xpnet.machine import cuda_device

__all__ = ["LARGE", "SMALL", "Part", "run_parts", "whole_plan"]

SECONDS = 150
WIDTH = 120
"""Characters in a line of the text."""
SMALL = Problem((784, 12, 8, 10), 100)
LARGE = Problem((784, 4096, 4096, 10), 4096)
"""A GPU has enough to do with it; a CPU needs seconds for a step."""


@dataclass(frozen=True)
class Part:
    """One benchmark of the plan.

    Attributes
    ----------
    table, work, case : str
        As in its results: where it cannot run, a result of this case says why.
    make : callable
        Sets it up when its time has come: that imports libraries and compiles.
    turns : int
    seconds : float
        What has to be left for it to begin; a generous guess, since none of it was measured.
    warm : bool
        As for `Benchmark.results`.
    """

    table: str
    work: str
    case: str
    make: Callable[[], Benchmark | Launches]
    turns: int
    seconds: float
    warm: bool = True


def whole_plan() -> list[Part]:
    """What matters most comes first, and the compiler that may take a minute comes last."""
    cases = [(PROBLEMS[0], 100, 15), (PROBLEMS[1], 50, 9), (PROBLEMS[2], 20, 7), (LARGE, 10, 3)]
    steps = [_step(*case, ON_GPU, seconds=20) for case in cases]
    gradients = [_gradient(3, 2000, 3), _gradient(100, 100, 3), _gradient(1000, 10, 1)]
    grid = [_cell(hidden, batch) for hidden in (50, 256, 1024, 4096) for batch in (32, 512, 2048)]
    compiled = [_step(*case, COMPILED, seconds=40) for case in (cases[0], cases[2])]
    return [*steps[:1], _launches(turns=12), *steps[1:], *gradients, *grid, *compiled]


def _step(
    problem: Problem, units: int, turns: int, contenders: dict[str, Contender], seconds: float
) -> Part:
    make = partial(compare_gpu_steps, problem, units, contenders)
    return Part(TABLE, problem.name, BASELINE, make, turns, seconds)


def _launches(turns: int) -> Part:
    return Part(LAUNCH, "the pieces of a step", HOST, Launches, turns, seconds=10)


def _gradient(images: int, sample: int, turns: int) -> Part:
    make = partial(compare_with_the_chapter, images, sample)
    work = f"784-50-10, {images:,} images"
    return Part("gradient", work, BACKPROP_CUDA, make, turns, seconds=15, warm=False)


def _cell(hidden: int, batch: int) -> Part:
    work = Problem((784, hidden, 10), batch).name
    return Part("crossover", work, GPU, partial(crossover, batch, hidden), turns=5, seconds=8)


def run_parts(
    parts: Sequence[Part],
    timed: bool,
    left: Callable[[], float],
    keep: Callable[[list[Result]], object],
) -> bool:
    """Run one part after the other, as long as there is time; a part that fails has one result.

    Parameters
    ----------
    parts : sequence of Part
    timed : bool
    left : callable
        The seconds that are left.
    keep : callable
        Is given the results of each part as soon as it is over.

    Returns
    -------
    bool
        Whether xpnet came through every part that began; another library may fail.
    """
    whole = True
    for part in parts:
        row = partial(Result, part.table, part.work, part.case)
        if left() < part.seconds:
            note = f"left out: {left():.0f} s were left, it may take {part.seconds:.0f} s"
            keep([row(note=note)])
            continue
        try:
            rows = part.make().results(part.turns, timed=timed, warm=part.warm)
            whole &= not any(_failed(one) for one in rows)
            keep(rows)
        except Exception as error:
            traceback.print_exc()
            whole = False
            keep([row(note=failure(error))])
    return whole


def _failed(result: Result) -> bool:
    return result.case.startswith(GPU) and result.note.startswith("failed")


def main(arguments: list[str] | None = None) -> int:
    """0; 1 if xpnet failed in a benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for all (default: 150)")
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    on_gpu = cuda_device().kind == "gpu"
    small = _step(SMALL, 2, 1, {**ON_GPU, **COMPILED}, seconds=0), _launches(turns=1)
    plan = whole_plan() if on_gpu else small
    results = Results(machine=environment())

    def keep(rows: list[Result]) -> None:
        results.rows += rows
        lines = [headline(results.machine), "", *text_tables(results.rows, WIDTH)]
        write_whole(options.folder / "numbers.json", json.dumps(results.document(), indent=1))
        write_whole(options.folder / "numbers.txt", "\n".join(lines) + "\n")
        last = rows[-1]
        print(f"[{time.monotonic() - begun:5.0f} s] {last.table}, {last.work}", flush=True)

    def left() -> float:
        return options.seconds - (time.monotonic() - begun)

    return 0 if run_parts(plan, on_gpu, left, keep) else 1


if __name__ == "__main__":
    raise SystemExit(main())
