"""The report of result files: pages, pictures, and what it refuses."""

from __future__ import annotations

import json

import pytest
import report

from xpnet.bench import Result, Results, Spread

MACHINE = {
    "cores": 2,
    "blas": [],
    "gpu": "no CUDA device",
    "python": "3.13",
    "packages": {},
    "date": "2030-01-02",
}
PAGE = """# A page

<!-- benchmarks -->
old
<!-- /benchmarks -->

the rest
"""


@pytest.fixture
def write(tmp_path):
    """``write("name")`` gives the path of a result file of a machine with that name."""

    def make(name):
        rows = [
            Result(
                "training step", "784-50-10, batch 100", "xpnet on numpy", Spread(4e-4, 3e-4, 5e-4)
            ),
            Result("training step", "784-50-10, batch 100", "xpnet on cupy", note="no CUDA device"),
            Result("layers", "Relu", "xpnet on numpy", Spread(1e-5, 1e-5, 1e-5)),
        ]
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(Results(rows, {**MACHINE, "cpu": f"CPU {name}"}).document()))
        return path

    return make


def run(*arguments):
    return report.main([str(argument) for argument in arguments])


def test_a_page_has_the_machine_and_its_tables(write, tmp_path, capsys):
    page = tmp_path / "page.md"
    assert run(write("one"), "--markdown", page) == 0
    assert capsys.readouterr().out == f"{page}\n"
    text = page.read_text()
    assert text.startswith("CPU one, cores")
    assert "| 784-50-10, batch 100 | xpnet on numpy | 400 µs (300 to 500) |\n" in text
    assert "| Relu | xpnet on numpy | 10.0 µs (10.0 to 10.0) |\n" in text


def test_several_files_are_a_section_each_with_a_picture_each(write, tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    (tmp_path / "docs").mkdir()
    page, plot = tmp_path / "page.md", tmp_path / "docs" / "times.svg"
    assert run(write("one"), write("two"), "--markdown", page, "--plot", plot) == 0
    text = page.read_text()
    places = [
        text.index(part)
        for part in (
            *("CPU one", "(docs/times-one.svg)", "| Relu |"),
            *("CPU two", "(docs/times-two.svg)"),
        )
    ]
    assert places == sorted(places)
    assert {path.name for path in plot.parent.iterdir()} == {"times-one.svg", "times-two.svg"}
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_picture_of_one_file_is_where_it_was_wanted(write, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    assert run(write("one"), "--plot", tmp_path / "times.svg") == 0
    assert (tmp_path / "times.svg").read_text().startswith("<?xml")


def test_tables_can_be_chosen(write, tmp_path, capsys):
    page = tmp_path / "page.md"
    assert run(write("one"), "--markdown", page, "--table", "layers") == 0
    assert "| Relu |" in page.read_text()
    assert "training step" not in page.read_text()
    assert run(write("one"), "--markdown", page, "--table", "gradient") == 2
    assert "no table gradient; it has training step, layers" in capsys.readouterr().err


def test_an_update_replaces_what_stands_between_the_markers_again_and_again(write, tmp_path):
    page = tmp_path / "README.md"
    page.write_text(PAGE)
    texts = []
    for _ in range(2):
        assert run(write("one"), "--update", page) == 0
        texts.append(page.read_text())
    assert texts[0] == texts[1]
    before, after = texts[0].split("| Relu |")
    assert before.startswith("# A page\n\n<!-- benchmarks -->\n\nCPU one")
    assert after.endswith("\n\n<!-- /benchmarks -->\n\nthe rest\n")
    assert "old" not in texts[0]


@pytest.mark.parametrize(
    "page",
    [
        "no markers\n",
        PAGE.replace("<!-- /benchmarks -->", ""),
        PAGE.replace("<!-- benchmarks -->", ""),
        PAGE + PAGE,
        "<!-- /benchmarks --> <!-- benchmarks -->\n",
    ],
    ids=["none", "no end", "no beginning", "two pairs", "the wrong way round"],
)
def test_a_page_without_its_pair_of_markers_stays_as_it_was(write, tmp_path, capsys, page):
    path, plot = tmp_path / "README.md", tmp_path / "times.svg"
    path.write_text(page)
    assert run(write("one"), "--update", path, "--plot", plot) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "README.md: expected one <!-- benchmarks --> and after it one" in captured.err
    assert path.read_text() == page
    assert not plot.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"device": "gpu", "passed": true, "stages": {}}', "expected a document of 'xpnet bench"),
        ('{"passed": tr', "not a JSON document"),
        (None, "No such file"),
    ],
    ids=["an acceptance run", "cut short", "absent"],
)
def test_another_file_is_refused_in_one_line_and_nothing_is_written(
    write, tmp_path, capsys, text, told
):
    other, page = tmp_path / "other.json", tmp_path / "page.md"
    if text:
        other.write_text(text)
    assert run(write("one"), other, "--markdown", page) == 2
    error = capsys.readouterr().err
    assert error.startswith("report: ")
    assert error.count("\n") == 1
    assert "other.json" in error
    assert told in error
    assert not page.exists()


def test_without_anything_to_write_it_says_what_to_give(write, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(write("one"))
    assert stopped.value.code == 2
    assert "give --markdown, --plot or --update" in capsys.readouterr().err
