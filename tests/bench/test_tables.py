import pytest

from xpnet.bench import Results, Row
from xpnet.bench.tables import headline, markdown_tables, text_tables


def test_the_headline_names_machine_threads_blas_and_versions(results):
    assert headline(results) == (
        "Some CPU, cores: 2; openblas 1.2 (Big), 2 threads; no CUDA device; Python 3.13.0; "
        "xpnet 0.1.0, numpy 2.4.0; commit abc1234, 2030-01-02"
    )


def test_the_headline_names_a_gpu(results):
    results.machine["gpu"] = "cuda:0 (Some GPU)"
    assert "; GPU: cuda:0 (Some GPU); " in headline(results)


def test_the_headline_of_a_document_that_knows_little_says_so():
    assert headline(Results([], {})).startswith("CPU unknown, cores: unknown; GPU: unknown; ")


def test_text_has_works_above_contenders_and_cells_below_each_other(results):
    assert text_tables(results)[:10] == [
        "training step     time                    xpnet / it              aim",
        "784-50-10, batch 100",
        "  xpnet on numpy  400 µs (300 to 500)     1",
        "  PyTorch eager   800 µs (600 to 900)     0.500 (0.400 to 0.600)  at most 0.4: missed",
        "  JAX jit         jax is not installed: pip install 'xpnet[bench]'",
        "  xpnet on cupy   no CUDA device",
        "784-512-10, batch 512",
        "  xpnet on numpy  10.0 ms (9.00 to 20.0)  1",
        "  PyTorch eager   20.0 ms (10.0 to 30.0)  0.500 (0.500 to 1.00)",
        "                  cold",
    ]


def test_a_name_gives_way_before_a_cell_does(results):
    lines = text_tables(results, width=20)
    assert "  PyTorch eager   800 µs (600 to 900)     0.500 (0.400 to 0.600)" in lines[3]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_names_and_notes_are_wrapped_to_the_width(width):
    note = "emulated, not timed; 50 x: 750 launches, 0 copies to and 1 from the device, 2 waits"
    rows = [Row("step", "a work of some size", "a contender with a rather long name", note=note)]
    *lines, _, _, _ = text_tables(Results(rows, {}), width)
    assert max(map(len, lines)) <= width
    assert "launches" in " ".join(lines)


def test_text_without_any_time_is_names_and_reasons():
    rows = [Row("step", "small", "xpnet on cupy", note="no CUDA device")]
    assert text_tables(Results(rows, {}))[:3] == [
        "step",
        "small",
        "  xpnet on cupy  no CUDA device",
    ]


def test_markdown_names_a_work_on_its_first_line_and_gives_reasons_a_column(results):
    assert markdown_tables(results)[:5] == [
        "| training step | contender | time | xpnet / it | aim | note |",
        "| --- | --- | --- | --- | --- | --- |",
        "| 784-50-10, batch 100 | xpnet on numpy | 400 µs (300 to 500) | 1 |  |  |",
        "|  | PyTorch eager | 800 µs (600 to 900) | 0.500 (0.400 to 0.600) "
        "| at most 0.4: missed |  |",
        "|  | JAX jit |  |  |  | jax is not installed: pip install 'xpnet[bench]' |",
    ]


def test_every_line_of_a_markdown_table_has_as_many_cells_as_its_head(results):
    counts = set()
    for line in markdown_tables(results):
        counts = counts | {line.count("|")} if line.startswith("|") else set()
        assert len(counts) <= 1, line


def test_a_bar_in_a_name_does_not_end_its_cell():
    lines = markdown_tables(Results([Row("a", "b", "this | that")], {}))
    assert lines[2] == "| b | this \\| that |"


def test_a_legend_says_once_how_to_read_each_kind_of_table(results):
    results.add([Row("gradient", "3 images", "the chapter's loop")])
    for lines in (text_tables(results), markdown_tables(results)):
        text = " ".join(lines)
        assert text.count("below 1 the row with 1 is faster") == 1
        assert text.count("± is half the distance between the quartiles") == 1
