from dataclasses import replace

import pytest
from publishing.tables import tables, text_tables

from xpnet.bench import Result, Spread
from xpnet.errors import DataError


def lines_of(table, case):
    return [line for line in table.lines if line.case == case]


def test_tables_are_in_the_order_of_their_first_results(results):
    assert [table.name for table in tables(results.rows)] == ["training step", "crossover"]


def test_a_result_is_a_line_with_its_cells(results):
    steps, _ = tables(results.rows)
    assert steps.columns == ("time", "relative speed")
    assert [line.cells[1] for line in lines_of(steps, "xpnet on numpy")] == ["1", "1"]


def test_what_was_not_timed_has_no_cells_and_keeps_its_reason(results):
    steps, _ = tables(results.rows)
    (line,) = lines_of(steps, "JAX jit")
    assert line.cells == ()
    assert line.note == "jax is not installed: pip install 'xpnet[contenders]'"


def test_the_crossover_has_hidden_sizes_down_and_batches_across(results):
    _, grid = tables(results.rows)
    assert grid.columns == ("batch 100", "batch 1,000")
    timed = [(line.work, line.cells) for line in lines_of(grid, "xpnet on numpy")]
    assert timed == [
        ("hidden size 50", ("50.0 µs ± 15 %", "500 µs ± 15 %")),
        ("hidden size 512", ("512 µs ± 15 %", "5.12 ms ± 15 %")),
    ]
    without = [(line.cells, line.note) for line in lines_of(grid, "xpnet on cupy")]
    assert without == [((), "no CUDA device")] * 2


def test_a_gpu_adds_its_times_and_their_ratio_to_the_grid():
    cell = "crossover", "784-50-10, batch 100"
    time, ratio = Spread(0.002, 0.001, 0.002), Spread(0.5, 0.5, 0.5)
    rows = [
        Result(*cell, "xpnet on numpy", Spread(0.001, 0.001, 0.001)),
        Result(*cell, "xpnet on cupy", time, ratio, note="first run 1 s"),
        Result("crossover", "784-50-10, batch 200", "xpnet on numpy", time),
    ]
    (grid,) = tables(rows)
    assert [(line.case, line.cells) for line in grid.lines] == [
        ("xpnet on numpy", ("1.00 ms ± 0 %", "2.00 ms ± 25 %")),
        ("xpnet on cupy", ("2.00 ms ± 25 %", "")),
        ("relative speed of xpnet on cupy", ("0.500 ± 0 %", "")),
    ]


def test_reasons_that_differ_within_a_line_of_the_grid_name_their_batches():
    works = [f"784-50-10, batch {batch}" for batch in ("1,000", "100")]
    notes = "emulated; 3 x", "emulated; 31 x"
    rows = [
        Result("crossover", w, "xpnet on cupy", note=n) for w, n in zip(works, notes, strict=True)
    ]
    (grid,) = tables(rows)
    (line,) = grid.lines
    assert line.note == "batch 100: emulated; 31 x; batch 1,000: emulated; 3 x"
    timed = replace(rows[0], seconds=Spread(1.0, 1.0, 1.0))
    (grid,) = tables([timed, rows[1]])
    assert grid.lines[0].note == "batch 100: emulated; 31 x"


def test_a_crossover_without_sizes_is_refused():
    rows = [Result("crossover", "a small step", "xpnet on numpy")]
    with pytest.raises(DataError, match=r"expected a work with its sizes.*got 'a small step'"):
        tables(rows)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_text_has_the_lists_and_the_grids_within_the_width(results, width):
    lines = text_tables(results.rows, width)
    assert "hidden size 512" in lines
    assert max(map(len, lines)) <= max(width, 66)  # cells are never broken
    legend = " ".join("\n".join(lines).split("\n\n")[-1].split())
    assert legend.count("above 1 the case is faster") == 1
    assert legend.count("± is half the distance between the quartiles") == 1
