"""What the cost model prints: predictions under that name, and measurements only of this CPU."""

from __future__ import annotations

import pytest
from ceilings import Ceilings
from cost_model import (
    captured,
    checked,
    crossover,
    figures,
    from_data_sheets,
    measured,
    operation_by_operation,
    predicted,
    replay_figures,
)
from devices import DATA_SHEETS, REPLAY, Device, Replay
from problems import CHAPTER, PROBLEMS, Problem

from xpnet.bench.timing import Spread

CPU = Device("a CPU", Ceilings(100e9, {1000: 10e9, 10**8: 20e9}), 1e-6, False, "measured here")
TABLES = {
    "checked": checked(CPU, [Spread(1, 0.5, 2)] * len(PROBLEMS)),
    "from data sheets": from_data_sheets(DATA_SHEETS),
    "captured": captured(DATA_SHEETS, REPLAY),
    "crossover": crossover(CPU, DATA_SHEETS[0], REPLAY),
    "operation by operation": operation_by_operation(CPU, CHAPTER),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_title_and_every_row_says_that_it_is_a_prediction(table):
    title, _, *rows = TABLES[table]
    assert title.startswith("PREDICTION")
    assert rows
    assert all(row.split()[0] == "PREDICTION" for row in rows)


@pytest.mark.parametrize("table", ["from data sheets", "captured", "crossover"])
def test_no_table_of_gpus_claims_a_measurement(table):
    title, *rest = TABLES[table]
    assert "no GPU was measured" in title
    assert not any("measured" in line for line in rest)


def test_a_measurement_stands_beside_its_prediction_with_their_ratio():
    double = [Spread(*[2 * predicted(CPU, problem)] * 3) for problem in PROBLEMS]
    _, _, *rows = checked(CPU, double)
    assert [row.split()[-1] for row in rows] == ["2.00"] * len(PROBLEMS)


def test_the_chapters_step_is_fifteen_launches_one_a_row():
    title, _, *rows = TABLES["operation by operation"]
    assert title.endswith("784-50-10, batch 100, 15 launches")
    assert len(rows) == 15


def test_launches_decide_the_small_step_on_every_gpu_and_the_device_decides_the_large_one():
    _, _, small, _, large = TABLES["from data sheets"]
    assert small.count("(launches)") == large.count("(the device)") == len(DATA_SHEETS)


@pytest.mark.parametrize(
    ("replay", "decides"),
    [
        (Replay(1, 0, ()), "the replay"),
        (Replay(0, 1, ()), "short kernels"),
        (Replay(0, 0, ()), "the device"),
    ],
)
def test_what_takes_longest_decides_a_captured_step(replay, decides):
    _, _, *rows = captured(DATA_SHEETS, replay)
    assert {row.count(f"({decides})") for row in rows} == {len(DATA_SHEETS)}


def test_a_captured_step_of_the_chapter_takes_its_sixteen_kernels():
    _, _, small, *_ = captured(DATA_SHEETS[2:], Replay(3e-6, 2e-6, ()))
    assert small.endswith("32 us (short kernels)")


def test_every_cell_of_the_grid_has_a_time_on_the_cpu_and_two_on_the_gpu():
    _, head, *rows = crossover(CPU, DATA_SHEETS[0], REPLAY)
    assert head.split("  ")[-2:] == ["T4, plain", "T4, captured"]
    assert len(rows) == len({row.split("batch")[0] for row in rows}) * 3 == 12
    chapter = Problem((784, 50, 10), 32)
    [row] = [row for row in rows if chapter.name + " " in row]
    assert f"{predicted(CPU, chapter) * 1e6:.3g} us" in row
    assert f"{predicted(DATA_SHEETS[0], chapter) * 1e6:.3g} us" in row


def test_a_replay_is_assumed_and_its_sources_are_printed():
    first, *rest = replay_figures(REPLAY)
    assert first.endswith("assumed")
    assert [line.strip() for line in rest] == list(REPLAY.sources)
    assert "https://" in "".join(rest)


def test_what_is_assumed_is_told_from_what_is_measured():
    assert "us for each launch, assumed" in figures(DATA_SHEETS[0])[0]
    assert "assumed" not in "".join(figures(CPU))


def test_every_figure_is_printed_with_its_source():
    assert figures(CPU)[1:] == ["    memory: 10 GB/s (1 kB), 20 GB/s (100 MB)", "    measured here"]
    for sheet in DATA_SHEETS:
        assert figures(sheet)[-1].strip() == sheet.source


def test_a_step_is_measured_in_seconds_of_one_step():
    time = measured(Problem((784, 2, 10), 10), units=2, turns=2)
    assert 0 < time.low <= time.median <= time.high
