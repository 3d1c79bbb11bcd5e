import pytest

from xpnet.errors import MissingExtraError, OptionError
from xpnet.plotting import check_plottable, plot_history
from xpnet.training import History, Record


def history(steps=250):
    losses = [2.3 / (1 + step / 50) for step in range(steps)]
    records = [Record(100, 1, losses[99], 0.8, 0.79), Record(steps, 2, losses[-1], 0.9, 0.88)]
    return History(records, losses)


@pytest.mark.parametrize(
    ("ending", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_the_ending_decides_the_format(tmp_path, ending, magic):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    path = tmp_path / f"run.{ending}"
    plot_history(history(), str(path))
    assert path.read_bytes().startswith(magic)


def test_a_run_without_evaluation_can_be_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    plot_history(History([Record(3, 1, 2.0, None, None)], [2.2, 2.1, 2.0]), str(tmp_path / "a.svg"))
    assert (tmp_path / "a.svg").stat().st_size > 1000


def test_what_was_found_on_the_validation_set_is_drawn():
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    records = [Record(k, k, 1.0, None, None, 0.5 / k, 0.25 * k) for k in (1, 2)]
    losses, accuracies = plot_history(History(records, [1.0, 0.5])).figure.axes
    drawn = {line.get_label(): line.get_xydata().tolist() for line in losses.lines}
    assert drawn["validation"] == [[1, 0.5], [2, 0.25]]
    assert losses.get_title() == "training and validation loss"
    drawn = {line.get_label(): line.get_xydata().tolist() for line in accuracies.lines}
    assert drawn == {"validation": [[1, 0.25], [2, 0.5]]}
    plain = plot_history(history()).figure.axes
    assert [line.get_label() for line in plain[1].lines] == ["train", "test"]
    assert plain[0].get_title() == "training loss"


def test_a_short_run_has_marks_that_can_be_seen_and_no_mean():
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    sizes = {}
    for steps in (50, 1001):
        lines = plot_history(History([], [1.0] * steps)).figure.axes[0].lines
        sizes[steps] = [line.get_markersize() for line in lines if line.get_marker() == "."]
        assert len(lines) == (1 if steps < 100 else 2)
    assert sizes == {50: [3], 1001: [1]}


def test_an_unknown_ending_is_refused():
    with pytest.raises(OptionError, match=r"end in \.png, \.svg or \.pdf, got run\.gif"):
        check_plottable("run.gif")


def test_without_matplotlib_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'xpnet\[plot\]'"):
        check_plottable("run.png")


def test_a_picture_that_cannot_be_written_is_refused_before_it_is_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    with pytest.raises(OptionError, match=r"nowhere/run\.png cannot be written: No such file"):
        plot_history(None, tmp_path / "nowhere" / "run.png")
    check_plottable(tmp_path / "run.PNG")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    figures = pytest.importorskip("matplotlib.figure", reason="pictures need the extra 'plot'")
    path = tmp_path / "run.SVG"
    path.write_text("old")

    def fail(figure, stream, **options):
        stream.write(b"a beginning")
        raise MemoryError

    monkeypatch.setattr(figures.Figure, "savefig", fail)
    with pytest.raises(MemoryError):
        plot_history(history(), path)
    assert path.read_text() == "old"
    monkeypatch.undo()
    plot_history(history(), path)
    assert path.read_bytes().startswith(b"<?xml")
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_path_a_notebook_shows_it():
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    shown = plot_history(history())
    assert shown._repr_png_().startswith(b"\x89PNG")
    assert repr(shown) == "HistoryPlot(250 losses, 2 records)"


def test_with_a_path_it_writes_and_returns_the_same_picture(tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    path = tmp_path / "run.png"
    assert plot_history(history(), path)._repr_png_() == path.read_bytes()


def test_what_is_changed_in_the_figure_is_shown():
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    shown = plot_history(history())
    before = shown._repr_png_()
    shown.figure.axes[0].set_title("the loss of another run")
    assert shown._repr_png_() != before


def test_a_history_without_a_step_is_drawn():
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    assert plot_history(History())._repr_png_().startswith(b"\x89PNG")


def test_a_saved_picture_has_a_known_ending(tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    with pytest.raises(OptionError, match=r"run\.gif"):
        plot_history(history()).save(tmp_path / "run.gif")
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_nothing_is_drawn_either(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'xpnet\[plot\]'"):
        plot_history(history())


def test_of_a_regression_the_scores_are_drawn():
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    records = [Record(k, k, 1.0, train_score=0.5 * k, test_score=-0.25 * k) for k in (1, 2)]
    axes = plot_history(History(records, [1.0, 0.5])).figure.axes[1]
    drawn = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert drawn == {"train": [[1, 0.5], [2, 1.0]], "test": [[1, -0.25], [2, -0.5]]}
    assert (axes.get_ylabel(), axes.get_title()) == ("R²", "R² after each epoch")
