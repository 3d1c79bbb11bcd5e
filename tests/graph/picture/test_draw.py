import pytest

from xpnet.errors import OptionError
from xpnet.graph import Variable, draw, examples, network_graph, trace
from xpnet.graph.diagram import MOST_NODES
from xpnet.networks import TwoLayerNet


def chain(nodes):
    y = Variable(0.0, "x")
    for _ in range(nodes - 2):  # the output is a node too
        y = -y
    return y


def test_with_a_path_it_writes_and_returns_the_same_picture(tmp_path):
    written = draw(examples.apple(), tmp_path / "apple.svg")
    assert (tmp_path / "apple.svg").read_text(encoding="utf-8") == written.svg + "\n"
    assert written.svg == draw(examples.apple()).svg


def test_arrays_of_any_backend_are_drawn(backend):
    assert "(1, 3)<tspan" in draw(examples.softmax()).svg


def test_a_network_is_drawn(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    x = backend.asarray([[1.0, 2, 3, 4]], "float32")
    svg = draw(network_graph(net, x, backend.asarray([1]))).svg
    assert all(f">{name}<" in svg for name in ("Affine1", "Relu1", "SoftmaxWithLoss", "W2"))


def test_it_is_the_same_text_every_time(python):
    code = "from xpnet.graph import draw, examples; print(draw(examples.orange()).svg)"
    runs = [python(code, PYTHONHASHSEED=seed) for seed in ("1", "2")]
    assert [run.stderr for run in runs] == ["", ""]
    assert runs[0].stdout == runs[1].stdout


def test_no_sentence_is_made_for_a_picture(monkeypatch):
    monkeypatch.setitem(trace.__globals__, "describe_steps", None)
    draw(examples.orange())


def test_its_words_are_in_the_language(tmp_path):
    x = Variable(3.0, "x")
    y = x * x
    y.backward()
    assert ">합 6<" in draw(y, language="ko").svg
    assert 'aria-label="계산 그래프"' in draw(y, language="ko").svg
    with pytest.raises(OptionError, match="expected a language of en, ko"):
        draw(y, tmp_path / "y.svg", language="de")
    assert not list(tmp_path.iterdir())


def test_a_graph_too_large_to_look_at_is_refused_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setitem(trace.__globals__, "label", None)  # what a trace does for each node
    with pytest.raises(OptionError, match="has 501 nodes, and a picture shows at most 500: c"):
        draw(chain(MOST_NODES + 1), tmp_path / "chain.svg")
    assert not list(tmp_path.iterdir())


def test_one_node_less_is_shown():
    assert repr(draw(chain(MOST_NODES))).startswith("Picture(500 nodes")


@pytest.mark.parametrize("name", ["graph.gif", "graph", "svg", "graph.svg.txt", ""])
def test_another_ending_is_refused(name):
    with pytest.raises(OptionError, match=r"^expected a picture to end in \.svg or \.png, got"):
        draw(examples.apple(), name)


def test_a_missing_folder_is_named_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setitem(draw.__globals__, "trace", None)
    with pytest.raises(OptionError, match=r"pictures/apple\.svg cannot be written: No such file"):
        draw(examples.apple(), tmp_path / "pictures" / "apple.svg")


def test_what_is_no_variable_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"expected the xpnet\.graph\.Variable .* got a float"):
        draw(220.0, tmp_path / "apple.svg")


def test_pictures_need_nothing_that_is_slow_to_import(python):
    code = (
        "import sys; from xpnet.graph import draw, examples; draw(examples.apple()).svg\n"
        "print({'matplotlib', 'resvg_py'} & set(sys.modules))"
    )
    assert python(code).stdout == "set()\n"


def test_a_variable_alone_is_drawn():
    assert ">3<" in draw(Variable(3, "x")).svg
