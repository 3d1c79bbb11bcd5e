import pytest

from tests.graph.diagrams import apple, net
from xpnet.graph.diagram import Edge, Node
from xpnet.graph.picture.shapes import (
    corner,
    half,
    line_count,
    lines,
    node_width,
    shape,
    shortened_label,
    slot_width,
)


def node(kind, label):
    return Node(0, kind, label, "1", "1")


@pytest.mark.parametrize("label", ["×", "+", "log", "max", ""])
def test_an_operation_with_a_short_name_is_a_circle(label):
    width, height = shape(node("operation", label))
    assert width == height == 2 * corner(node("operation", label)) == 50


def test_a_long_name_makes_a_box_as_wide_as_the_name_and_no_wider():
    narrow, wide = node("operation", "sigmoid"), node("operation", "SoftmaxWithLoss")
    endless = node("operation", "SoftmaxWithLoss" * 9)
    assert 50 < shape(narrow)[0] < shape(wide)[0] < shape(endless)[0] < 400
    assert {shape(n)[1] for n in (narrow, wide, endless)} == {50}
    assert corner(wide) == 12


def test_a_korean_name_is_as_wide_as_its_syllables():
    assert shape(node("input", "소비세"))[0] > shape(node("input", "abc"))[0] + 10


def test_the_border_of_a_circle_is_nearer_above_its_middle():
    circle = node("operation", "×")
    assert half(circle, 0) == 25
    assert half(circle, 15) == half(circle, -15) == 20
    assert half(circle, 25) == 0


def test_an_array_has_its_norm_below_its_shape():
    assert lines("(3, 784) ‖15.95‖") == ["(3, 784)", "‖15.95‖"]
    assert line_count(net()) == 2
    assert line_count(apple()) == 1
    together, apart = Edge(0, 0, 1, "(3, 784)‖15.95‖", None), Edge(0, 0, 1, "(3, 784) ‖1.95‖", None)
    assert slot_width(apart) < slot_width(together)


def test_a_text_below_a_node_may_be_wider_than_the_node():
    name = node("input", "x")
    assert node_width(name, "") == shape(name)[0] < node_width(name, "sum 123456")


def test_long_texts_are_shortened_line_by_line():
    assert shortened_label("the price of all apples in the shop") == "the price of all apples i…"
    assert [len(line) for line in lines(f"{'9' * 40} ‖{'9' * 40}‖")] == [26, 26]
