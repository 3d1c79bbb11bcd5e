from publishing.markdown import markdown_tables, published, published_headline

from xpnet.bench import Result, Results, Spread

SPREAD = Spread(1.0, 1.0, 1.0)


def test_only_results_with_a_time_are_published(results):
    assert {row.case for row in published(results).rows} == {"xpnet on numpy", "PyTorch eager"}
    page = "\n".join(markdown_tables(results))
    assert "no CUDA device" not in page
    assert "not installed" not in page


def test_a_gpu_that_is_not_there_is_not_in_the_headline(results):
    assert published_headline(results.machine) == (
        "Some CPU, cores: 2; openblas 1.2 (Big), 2 threads; Python 3.13.0; "
        "xpnet 0.1.0, numpy 2.4.0; commit abc1234, 2030-01-02"
    )
    assert "; GPU: cuda:0; " in published_headline({**results.machine, "gpu": "cuda:0"})


def test_a_work_is_named_on_the_first_of_its_lines_and_notes_have_a_column(results):
    assert markdown_tables(results)[:7] == [
        "| training step | case | time | relative speed | note |",
        "| --- | --- | --- | --- | --- |",
        "| 784-50-10, batch 100 | xpnet on numpy | 400 µs (300 to 500) | 1 |  |",
        "|  | PyTorch eager | 800 µs (600 to 900) | 0.500 (0.400 to 0.600) |  |",
        "| 784-512-10, batch 512 | xpnet on numpy | 10.0 ms (9.00 to 20.0) | 1 |  |",
        "|  | PyTorch eager | 20.0 ms (10.0 to 30.0) | 0.500 (0.500 to 1.00) | cold |",
        "",
    ]


def test_every_line_of_a_table_has_as_many_cells_as_its_head(results):
    counts = set()
    for line in markdown_tables(results):
        counts = counts | {line.count("|")} if line.startswith("|") else set()
        assert len(counts) <= 1, line


def test_a_bar_in_a_name_does_not_end_its_cell():
    lines = markdown_tables(Results([Result("a", "b", "this | that", SPREAD)], {}))
    assert lines[2].startswith("| b | this \\| that | ")


def test_a_legend_says_once_how_to_read_each_kind_of_table(results):
    results.rows.append(Result("gradient", "3 images", "the chapter's loop", SPREAD))
    text = " ".join(markdown_tables(results))
    assert text.count("above 1 the case is faster") == 1
    assert text.count("± is half the distance between the quartiles") == 1
