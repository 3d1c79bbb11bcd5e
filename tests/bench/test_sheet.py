from dataclasses import replace

import pytest

from xpnet.bench import Results, Row, Spread
from xpnet.bench.sheet import sheets
from xpnet.errors import DataError


def lines_of(sheet, contender):
    return [line for line in sheet.lines if line.contender == contender]


def test_a_table_is_a_sheet_in_the_order_of_first_rows(results):
    assert [sheet.name for sheet in sheets(results)] == ["training step", "crossover"]


def test_columns_that_no_row_fills_are_left_out(results):
    steps, _ = sheets(results)
    assert steps.columns == ("time", "xpnet / it", "aim")
    rows = [replace(row, aim=None, ratio=None) for row in results.rows]
    steps, _ = sheets(Results(rows, {}))
    assert steps.columns == ("time",)


def test_device_times_and_rates_have_columns_where_there_are_some():
    spread = Spread(1.0, 1.0, 1.0)
    (sheet,) = sheets(Results([Row("a", "b", "c", spread, device_seconds=spread, rate="fast")], {}))
    assert sheet.columns == ("time", "time on the device", "rate")
    assert sheet.lines[0].cells == ("1.00 s (1.00 to 1.00)", "1.00 s (1.00 to 1.00)", "fast")


def test_the_row_that_ratios_refer_to_has_the_ratio_1(results):
    steps, _ = sheets(results)
    assert [line.cells[1] for line in lines_of(steps, "xpnet on numpy")] == ["1", "1"]
    alone, _ = sheets(Results([row for row in results.rows if not row.ratio], {}))
    assert alone.columns == ("time",)


@pytest.mark.parametrize(("median", "verdict"), [(0.39, "met"), (0.4, "met"), (0.41, "missed")])
def test_an_aim_says_whether_the_median_met_it(median, verdict):
    one = Spread(1.0, 1.0, 1.0)
    rows = [
        Row("a", "b", "ours", one),
        Row("a", "b", "theirs", one, Spread(median, 0.1, 0.9), aim=0.4),
    ]
    (sheet,) = sheets(Results(rows, {}))
    assert sheet.lines[1].cells[-1] == f"at most 0.4: {verdict}"


def test_what_was_not_timed_has_no_cells_and_keeps_its_reason(results):
    steps, _ = sheets(results)
    (line,) = lines_of(steps, "JAX jit")
    assert line.cells == ()
    assert line.note == "jax is not installed: pip install 'xpnet[bench]'"


def test_the_crossover_has_hidden_sizes_down_and_batches_across(results):
    _, grid = sheets(results)
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
        Row(*cell, "xpnet on numpy", Spread(0.001, 0.001, 0.001)),
        Row(*cell, "xpnet on cupy", time, ratio, note="first run 1 s"),
        Row("crossover", "784-50-10, batch 200", "xpnet on numpy", time),
    ]
    (grid,) = sheets(Results(rows, {}))
    assert [(line.contender, line.cells) for line in grid.lines] == [
        ("xpnet on numpy", ("1.00 ms ± 0 %", "2.00 ms ± 25 %")),
        ("xpnet on cupy", ("2.00 ms ± 25 %", "")),
        ("numpy / xpnet on cupy", ("0.500 ± 0 %", "")),
    ]


def test_reasons_that_differ_within_a_line_of_the_grid_name_their_batches():
    works = [f"784-50-10, batch {batch}" for batch in ("1,000", "100")]
    notes = "emulated; 3 x", "emulated; 31 x"
    rows = [Row("crossover", w, "xpnet on cupy", note=n) for w, n in zip(works, notes, strict=True)]
    (grid,) = sheets(Results(rows, {}))
    (line,) = grid.lines
    assert line.note == "batch 100: emulated; 31 x; batch 1,000: emulated; 3 x"
    timed = replace(rows[0], seconds=Spread(1.0, 1.0, 1.0))
    (grid,) = sheets(Results([timed, rows[1]], {}))
    assert grid.lines[0].note == "batch 100: emulated; 31 x"


def test_a_crossover_without_sizes_is_refused():
    rows = [Row("crossover", "a small step", "xpnet on numpy")]
    with pytest.raises(DataError, match="work 'a small step'; wanted sizes, as '784-50-10"):
        sheets(Results(rows, {}))
