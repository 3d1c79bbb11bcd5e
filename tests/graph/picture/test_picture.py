import pytest

from xpnet.errors import OptionError
from xpnet.graph import Picture, Variable, draw, examples, to_text, trace


@pytest.fixture
def apple():
    return Picture(trace(examples.apple()))


def test_a_notebook_shows_the_svg(apple):
    assert apple._repr_svg_() == apple.svg
    assert apple.svg.startswith("<svg ")


def test_a_terminal_shows_its_size_or_the_graph_as_text(apple):
    assert repr(apple) == "Picture(6 nodes, 571 × 254 pixels)"
    assert str(apple) == to_text(examples.apple())


def test_steps_of_the_diagram_are_not_in_a_still_picture(apple):
    assert apple.diagram.steps
    assert apple.svg == draw(examples.apple()).svg


@pytest.mark.parametrize("name", ["apple.svg", "APPLE.SVG"])
def test_it_is_saved_as_svg(apple, tmp_path, name):
    apple.save(str(tmp_path / name))
    assert (tmp_path / name).read_text(encoding="utf-8") == apple.svg + "\n"


def test_it_replaces_a_file_whole_or_not_at_all(apple, tmp_path, monkeypatch):
    path = tmp_path / "graph.svg"
    path.write_text("old")

    def fail(*args):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setitem(Picture.save.__globals__, "standalone", fail)
        with pytest.raises(MemoryError):
            apple.save(path)
    assert path.read_text() == "old"
    apple.save(path)
    assert path.read_text(encoding="utf-8").startswith("<svg")
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_system_refuses_is_one_error_with_the_path(apple, tmp_path, monkeypatch):
    def refuse(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(OptionError, match=r"apple\.svg cannot be written: Permission denied"):
        apple.save(tmp_path / "apple.svg")


def test_a_folder_is_no_file(apple, tmp_path):
    (tmp_path / "apple.svg").mkdir()
    with pytest.raises(OptionError, match=r"apple\.svg cannot be written: Is a directory; name"):
        apple.save(tmp_path / "apple.svg")


def test_another_ending_is_refused(apple, tmp_path):
    with pytest.raises(OptionError, match=r"expected a picture to end in \.svg or \.png, got"):
        apple.save(tmp_path / "apple.pdf")


def test_half_a_surrogate_pair_is_left_out(tmp_path):
    y = Variable(2.0, "a\ud800") * 3
    assert ">a<" in draw(y, tmp_path / "y.svg").svg


def test_a_diagram_too_large_to_look_at_is_refused():
    y = Variable(0.0)
    for _ in range(500):
        y = -y
    with pytest.raises(OptionError, match="has 502 nodes, and a picture shows at most 500"):
        Picture(trace(y))
