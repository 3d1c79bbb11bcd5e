from dataclasses import replace

import pytest
from publishing.chart import plot_results

from xpnet.bench import Result, Results, Spread
from xpnet.errors import DataError, OptionError

MACHINE = {"cpu": "Some CPU", "blas": [], "date": "2030-01-02"}


@pytest.fixture
def picture(tmp_path, monkeypatch):
    """``picture(results)`` draws an SVG whose texts can be read."""
    matplotlib = pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    monkeypatch.setitem(matplotlib.rcParams, "svg.fonttype", "none")

    def draw(results):
        plot_results(results, str(tmp_path / "a.svg"))
        return (tmp_path / "a.svg").read_text()

    return draw


@pytest.mark.parametrize(
    ("ending", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_the_ending_decides_the_format(results, tmp_path, ending, magic):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    path = tmp_path / f"a.{ending}"
    plot_results(results, str(path))
    assert path.read_bytes().startswith(magic)


def test_bars_carry_their_times_and_works_their_names(results, picture):
    drawn = picture(results)
    for text in ("400 µs", "800 µs", "10.0 ms", "20.0 ms", "784-50-10, batch 100"):
        assert drawn.count(f">{text}<") == 1
    assert drawn.count(">PyTorch eager<") == 1


def test_the_title_names_machine_threads_and_date(results, picture):
    assert ">Some CPU; openblas 1.2 (Big), 2 threads; 2030-01-02<" in picture(results)


def test_notes_of_what_is_drawn_are_below_the_picture_once(results, picture):
    drawn = picture(results)
    assert "JAX jit" not in drawn
    assert "no CUDA device" not in drawn
    assert drawn.count(">PyTorch eager (784-512-10, batch 512): cold<") == 1


def test_other_tables_are_not_drawn(results, picture):
    assert "784-512-10, batch 100" not in picture(results)


def test_four_works_take_two_bands(picture):
    rows = [Result("gradient", f"work {k}", "ours", Spread(1.0, 1.0, 1.0)) for k in range(4)]
    drawn = picture(Results(rows, MACHINE))
    assert drawn.count(">ours<") == 2
    assert all(f">work {k}<" in drawn for k in range(4))


def test_results_without_a_time_are_refused_and_nothing_is_written(results, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    rows = [replace(row, seconds=None) for row in results.rows]
    with pytest.raises(DataError, match=r"a\.svg: no time to draw in the tables gradient, train"):
        plot_results(Results(rows, MACHINE), str(tmp_path / "a.svg"))
    assert not list(tmp_path.iterdir())


def test_a_picture_that_fails_leaves_the_one_before(results, tmp_path, monkeypatch):
    figures = pytest.importorskip("matplotlib.figure", reason="pictures need the extra 'plot'")

    def fail(figure, stream, **options):
        stream.write(b"a beginning")
        raise MemoryError

    monkeypatch.setattr(figures.Figure, "savefig", fail)
    (tmp_path / "a.svg").write_text("old")
    with pytest.raises(MemoryError):
        plot_results(results, tmp_path / "a.svg")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_an_unknown_ending_is_refused(results):
    with pytest.raises(OptionError, match=r"end in \.png, \.svg or \.pdf, got .*a\.gif"):
        plot_results(results, "a.gif")
