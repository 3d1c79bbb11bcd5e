import pytest
from hypothesis import example, given

from tests.graph.diagrams import ALL, apple, apple_before_backward, fan, net, sigmoid, tangled
from xpnet.graph.picture.geometry import compose
from xpnet.graph.picture.sizes import POINTS, RADIUS


def measure(text, role):
    """As wide as a font whose letters are all alike."""
    return 0.6 * POINTS[role] / 72 * len(text)


def words(picture, role):
    return [word.text for word in picture.words if word.role == role]


@pytest.mark.parametrize("name", ALL)
def test_all_values_derivatives_and_operations_are_there(name):
    diagram = ALL[name]()
    picture = compose(diagram, measure)
    labelled = [e for e in diagram.edges if diagram.nodes[e.source].kind != "constant"]
    constants = [node.label for node in diagram.nodes if node.kind == "constant"]
    assert sorted(words(picture, "value")) == sorted([e.value for e in labelled] + constants)
    assert set(words(picture, "grad")) >= {e.grad for e in labelled if e.grad}
    operations = [node.label for node in diagram.nodes if node.kind == "operation"]
    assert words(picture, "symbol") == operations
    assert len(picture.pills) == len(operations)


def test_values_stand_above_derivatives():
    picture = compose(apple(), measure)
    height = {word.text: word.at[1] for word in picture.words if word.role in ("value", "grad")}
    for value, grad in (("100", "2.2"), ("2", "110"), ("220", "1")):
        assert height[value] > height[grad]


def test_arrows_of_values_point_right_and_those_of_derivatives_left():
    picture = compose(net(), measure)
    for arrow in picture.arrows:
        start, end = arrow.points[0][0], arrow.points[-1][0]
        assert (end > start) == (arrow.role == "forward")
    backward = [arrow for arrow in picture.arrows if arrow.role == "grad"]
    assert len(backward) == len(words(picture, "grad"))


def test_before_backward_there_are_no_derivatives():
    picture = compose(apple_before_backward(), measure)
    assert not words(picture, "grad")
    assert {arrow.role for arrow in picture.arrows} == {"forward"}


def test_an_input_of_several_uses_shows_the_sum_of_its_derivatives():
    grads = words(compose(fan(), measure), "grad")
    assert sorted(grads) == ["1", "1", "1", "11", "3", "3", "5"]


def test_a_constant_shows_its_number_once_and_no_derivative():
    assert words(compose(sigmoid(), measure), "value").count("-1") == 1


def test_a_long_label_makes_a_circle_wider():
    diagram = net()
    labels = [node.label for node in diagram.nodes if node.kind == "operation"]
    pills = compose(diagram, measure).pills
    width = {label: pill.width for label, pill in zip(labels, pills, strict=True)}
    assert width["SoftmaxWithLoss"] > width["Affine1"] > 2 * RADIUS
    assert {pill.width for pill in compose(apple(), measure).pills} == {2 * RADIUS}


def test_long_names_are_cut():
    picture = compose(ALL["long names"](), measure)
    assert words(picture, "name") == [f"{name} that goes on and on,…" for name in "abcd"]


@given(tangled())
@example(fan())
def test_everything_is_on_the_paper(diagram):
    picture = compose(diagram, measure)
    points = [point for arrow in picture.arrows for point in arrow.points]
    for word in picture.words:
        width = measure(word.text, word.role)
        left = word.at[0] - {"left": 0, "center": 0.5, "right": 1}[word.align] * width
        points += [(left, word.at[1]), (left + width, word.at[1] + 0.1)]
    for pill in picture.pills:
        points += [(pill.left, pill.y - RADIUS), (pill.left + pill.width, pill.y + RADIUS)]
    assert all(0 < x < picture.width and 0 < y < picture.height for x, y in points)
