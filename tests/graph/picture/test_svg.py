from xml.etree import ElementTree

import pytest

from tests.graph import diagrams
from xpnet.graph import Variable, examples, trace
from xpnet.graph.picture.svg import NAMESPACE, drawing, standalone


def parsed(diagram, total="sum"):
    return ElementTree.fromstring(standalone(drawing(diagram, total), "a graph"))


def texts(tree, name=None):
    """What is written, or what is written in one role."""
    found = tree.iter(f"{{{NAMESPACE}}}text")
    return ["".join(t.itertext()) for t in found if name is None or t.get("class") == name]


def still(y):
    return trace(y, steps=False)


@pytest.mark.parametrize("name", diagrams.ALL)
def test_every_graph_is_xml_with_a_shape_for_each_node_and_a_line_for_each_edge(name):
    diagram = diagrams.ALL[name]()
    tree = parsed(diagram)
    kinds = [part.get("class") for part in tree.iter()]
    assert kinds.count("shape") == len(diagram.nodes)
    assert kinds.count("line") == len(diagram.edges)
    assert kinds.count("derivative") == sum(edge.grad is not None for edge in diagram.edges)


def test_every_number_of_the_oranges_is_there():
    diagram = diagrams.orange()
    tree = parsed(diagram)
    assert texts(tree, "value") == [edge.value for edge in diagram.edges]
    assert texts(tree, "derivative") == [edge.grad for edge in diagram.edges]
    assert texts(tree, "label") == [node.label for node in diagram.nodes]


def test_a_constant_stands_in_its_node_and_not_above_its_edge():
    assert texts(parsed(still(examples.sigmoid()))).count("-1") == 1


def test_the_derivatives_of_several_uses_are_added_below_the_node():
    x = Variable(3.0, "x")
    y = x * x + x
    y.backward()
    assert texts(parsed(still(y)), "sum") == ["sum 7"]
    assert texts(parsed(still(y), "합"), "sum") == ["합 7"]


@pytest.mark.parametrize(
    "name", ["</text><script>", 'a"b\\', "&amp;", "\x00\x1b[1m", "a\nb", "]]>", "a\ud800"]
)
def test_a_name_is_text_whatever_is_in_it(name):
    y = Variable(2.0, name) * Variable(3.0, name)
    tree, plain = parsed(still(y)), parsed(still(Variable(2.0, "x") * Variable(3.0, "x")))
    assert [part.tag for part in tree.iter()] == [part.tag for part in plain.iter()]


def test_without_steps_nothing_waits_for_one():
    diagram = trace(examples.apple())
    assert "data-" in drawing(diagram, "sum").parts
    assert 'class="flow"' in drawing(diagram, "sum").parts
    lean = drawing(still(examples.apple()), "sum").parts
    assert "data-" not in lean
    assert "flow" not in lean


def test_a_part_knows_the_steps_at_which_it_appears_and_works():
    diagram = trace(examples.apple())
    tree = ElementTree.fromstring(drawing(diagram, "sum").element("", ""))
    nodes = {part.get("id"): part for part in tree.iter() if part.get("id")}
    assert nodes["node2"].get("data-at") == "1 5"
    assert nodes["node4"].get("data-at") == "2 4"
    assert nodes["node0"].get("data-at") is None
    value, grad = nodes["edge2"]
    assert (value.get("data-from"), grad.get("data-from")) == ("1", "4")


def test_it_fits_where_there_is_less_room_and_loads_nothing():
    text = standalone(drawing(diagrams.net(), "sum"), "a graph")
    assert 'style="max-width: 100%; height: auto"' in text
    assert "url(" not in text
    assert "@import" not in text
    assert text.count("http") == 1  # the name of SVG


def test_a_network_is_small():
    drawn = drawing(diagrams.net(), "sum")
    assert drawn.width < 1400
    assert len(standalone(drawn, "")) < 10_000
