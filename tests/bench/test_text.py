import pytest

from xpnet.bench import Result, Spread
from xpnet.bench.text import cells_of, headline, text

MACHINE = {
    "date": "2030-01-02",
    "cpu": "Some CPU",
    "cores": 2,
    "blas": ["openblas 1.2 (Big), 2 threads"] * 2,
    "gpu": "no CUDA device (cupy is not installed)",
    "python": "3.13.0",
    "packages": {"xpnet": "0.1.0", "numpy": "2.4.0"},
}
SPREAD = Spread(1.0, 1.0, 1.0)
ROWS = [
    Result("step", "784-50-10", "xpnet on numpy", Spread(4e-4, 3e-4, 5e-4)),
    Result("step", "784-50-10", "another", Spread(8e-4, 6e-4, 9e-4), Spread(0.5, 0.4, 0.6)),
    Result("step", "784-50-10", "xpnet on cupy", note="no CUDA device"),
    Result("step", "784-512-10", "xpnet on numpy", Spread(0.01, 0.009, 0.02), note="cold"),
]


def test_the_headline_names_machine_threads_and_versions():
    assert headline(MACHINE) == (
        "Some CPU, cores: 2; openblas 1.2 (Big), 2 threads; no CUDA device (cupy is not "
        "installed); Python 3.13.0; xpnet 0.1.0, numpy 2.4.0; 2030-01-02"
    )


def test_the_headline_names_a_gpu_and_a_commit():
    told = headline({**MACHINE, "gpu": "cuda:0 (Some GPU)", "commit": "abc1234"})
    assert "; GPU: cuda:0 (Some GPU); " in told
    assert told.endswith("; commit abc1234, 2030-01-02")


def test_works_stand_above_their_cases_and_cells_below_each_other():
    assert text(ROWS, width=80)[:9] == [
        "step              time                    relative speed",
        "784-50-10",
        "  xpnet on numpy  400 µs (300 to 500)     1",
        "  another         800 µs (600 to 900)     0.500 (0.400 to 0.600)",
        "  xpnet on cupy   no CUDA device",
        "784-512-10",
        "  xpnet on numpy  10.0 ms (9.00 to 20.0)",
        "                  cold",
        "",
    ]


def test_columns_that_no_result_fills_are_left_out():
    assert cells_of([Result("a", "b", "c", SPREAD)]) == (["time"], [("1.00 s (1.00 to 1.00)",)])
    columns, _ = cells_of([Result("a", "b", "c", SPREAD, device_seconds=SPREAD, rate="fast")])
    assert columns == ["time", "time on the device", "rate"]


def test_the_baseline_has_the_relative_speed_1_where_there_are_others():
    _, cells = cells_of(ROWS)
    assert [cell[1:] for cell in cells] == [("1",), ("0.500 (0.400 to 0.600)",), (), ("",)]


def test_a_name_gives_way_before_a_cell_does():
    rows = [Result("step", "small", "a case with a long name", Spread(4e-4, 3e-4, 5e-4))]
    assert text(rows, width=30)[2:4] == ["  a case with a   400 µs (300 to 500)", "    long name"]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_names_and_notes_are_wrapped_to_the_width(width):
    note = "first run 2.31 s with compilation, then the pool holds 30 MB, and more of the like"
    lines = text([Result("step", "a work", "a case with a rather long name", note=note)], width)
    assert max(map(len, lines)) <= width
    assert "compilation" in " ".join(lines)


def test_without_any_time_there_are_names_and_reasons():
    rows = [Result("step", "small", "xpnet on cupy", note="no CUDA device")]
    assert text(rows, 80)[:3] == ["step", "small", "  xpnet on cupy  no CUDA device"]


def test_the_legend_stands_once_at_the_end():
    *_, legend = "\n".join(text([*ROWS, Result("b", "c", "d", SPREAD)], 500)).split("\n\n")
    assert legend.count("above 1 the case is faster") == 1
