import pytest

from tests.graph.diagrams import apple, orange
from xpnet.errors import OptionError
from xpnet.graph import Variable, draw, examples, network_graph, trace
from xpnet.graph.picture.draw import FORMATS, drawn
from xpnet.networks import TwoLayerNet

ENDINGS = [("svg", b"<?xml"), ("png", b"\x89PNG")]


@pytest.fixture
def needs_matplotlib():
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")


@pytest.mark.usefixtures("needs_matplotlib")
class TestAPicture:
    @pytest.mark.parametrize(("ending", "magic"), ENDINGS)
    def test_its_ending_decides_its_format(self, tmp_path, ending, magic):
        for name in (f"apple.{ending}", f"APPLE.{ending.upper()}"):
            draw(examples.apple(), tmp_path / name)
            assert (tmp_path / name).read_bytes().startswith(magic)

    def test_arrays_of_any_backend_are_drawn(self, tmp_path, backend):
        draw(examples.softmax(), tmp_path / "softmax.svg")
        text = (tmp_path / "softmax.svg").read_text(encoding="utf-8")
        assert ">(1, 3) ‖1‖<" in text

    def test_a_network_is_drawn(self, tmp_path, backend):
        net = TwoLayerNet(4, 3, 2, seed=0)
        x = backend.asarray([[1.0, 2, 3, 4]], "float32")
        draw(network_graph(net, x, backend.asarray([1])), str(tmp_path / "net.svg"))
        text = (tmp_path / "net.svg").read_text(encoding="utf-8")
        assert all(f">{name}<" in text for name in ("Affine1", "Relu1", "SoftmaxWithLoss", "W2"))

    def test_it_is_the_same_file_every_time(self, tmp_path):
        for ending, _ in ENDINGS:
            one, other = tmp_path / f"1.{ending}", tmp_path / f"2.{ending}"
            draw(examples.orange(), one)
            draw(examples.orange(), other)
            assert one.read_bytes() == other.read_bytes()

    def test_it_is_replaced_whole_or_not_at_all(self, tmp_path, monkeypatch):
        path = tmp_path / "graph.svg"
        path.write_text("old")

        def fail(diagram):
            raise MemoryError

        monkeypatch.setitem(FORMATS, ".svg", fail)
        with pytest.raises(MemoryError):
            drawn(apple(), path)
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]
        monkeypatch.undo()
        drawn(orange(), path)
        assert path.read_text(encoding="utf-8").startswith("<?xml")
        assert list(tmp_path.iterdir()) == [path]

    def test_what_the_system_refuses_is_one_error_with_the_path(self, tmp_path, monkeypatch):
        def refuse(*args):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("os.open", refuse)
        with pytest.raises(OptionError, match=r"apple\.svg cannot be written: Permission denied"):
            draw(examples.apple(), tmp_path / "apple.svg")

    def test_a_refused_size_names_the_path(self, tmp_path, monkeypatch):
        monkeypatch.setattr("xpnet.graph.picture.paint.MOST_PIXELS", 10)
        with pytest.raises(OptionError, match=r"apple\.png: the picture would have .* pixels"):
            draw(examples.apple(), tmp_path / "apple.png")


class TestAGraphTooLargeToLookAt:
    @pytest.fixture
    def chain(self):
        def chained(nodes):
            y = Variable(0.0, "x")
            for _ in range(nodes - 2):  # the output is a node too
                y = -y
            return y

        return chained

    @pytest.mark.parametrize("ending", ["svg", "png"])
    def test_it_is_refused_as_for_a_page_before_anything_is_laid_out(
        self, chain, tmp_path, monkeypatch, needs_matplotlib, ending
    ):
        for name in ("told_steps", "label"):  # what a trace does for each node
            monkeypatch.setitem(trace.__globals__, name, None)
        with pytest.raises(OptionError, match="has 501 nodes, and a picture shows at most 500: c"):
            draw(chain(501), tmp_path / f"chain.{ending}")
        assert not list(tmp_path.iterdir())

    def test_a_diagram_is_refused_before_anything_is_laid_out(
        self, chain, tmp_path, monkeypatch, needs_matplotlib
    ):
        diagram = trace(chain(501))
        monkeypatch.setitem(FORMATS, ".svg", None)
        with pytest.raises(OptionError, match="has 501 nodes, and a picture shows at most 500: c"):
            drawn(diagram, tmp_path / "chain.svg")

    def test_one_node_less_is_shown(self, chain, tmp_path, monkeypatch, needs_matplotlib):
        monkeypatch.setitem(FORMATS, ".svg", lambda diagram: str(len(diagram.nodes)))
        draw(chain(500), tmp_path / "chain.svg")
        assert (tmp_path / "chain.svg").read_text() == "500"


@pytest.mark.parametrize("name", ["graph.gif", "graph", "svg", "graph.svg.txt"])
def test_an_unknown_ending_is_refused(name):
    with pytest.raises(OptionError, match=rf"^{name}: a picture is \.svg or \.png$"):
        draw(examples.apple(), name)


def test_a_missing_folder_is_named(tmp_path, needs_matplotlib):
    with pytest.raises(OptionError, match=r"pictures/apple\.svg cannot be written: No such file"):
        draw(examples.apple(), tmp_path / "pictures" / "apple.svg")


def test_a_folder_is_no_file(tmp_path, needs_matplotlib):
    (tmp_path / "apple.svg").mkdir()
    with pytest.raises(OptionError, match=r"apple\.svg cannot be written: Is a directory; name"):
        draw(examples.apple(), tmp_path / "apple.svg")


def test_without_matplotlib_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(OptionError, match=r"pictures need matplotlib: pip install 'xpnet\[plot\]'"):
        draw(examples.apple(), tmp_path / "apple.svg")
    assert not list(tmp_path.iterdir())


def test_what_is_no_variable_is_refused(tmp_path, needs_matplotlib):
    with pytest.raises(TypeError, match=r"got a float, wanted the xpnet\.graph\.Variable"):
        draw(220.0, tmp_path / "apple.svg")


def test_pictures_are_imported_late(python):
    done = python("import sys, xpnet.graph; print({'matplotlib', 'networkx'} & set(sys.modules))")
    assert done.stdout == "set()\n"


def test_a_variable_alone_is_drawn(tmp_path, needs_matplotlib):
    draw(Variable(3, "x"), tmp_path / "x.svg")
