import pytest

from tests.graph.diagrams import Sketch, apple, nameless, sigmoid
from xpnet.graph.formulas import formula, lines_of


def formulas(diagram):
    return [told for told, _, _ in lines_of(diagram)]


@pytest.mark.parametrize(
    ("symbol", "inputs", "written"),
    [
        ("×", "ab", "a × b"),
        ("**", "ab", "a ** b"),
        ("+", "abc", "a + b + c"),
        ("−", "a", "−a"),
        ("/", "a", "1 / a"),
        ("**2", "a", "a**2"),
        ("[ ]", "a", "a[ ]"),
        ("Σ", "a", "Σ(a)"),
        ("max", "ab", "max(a, b)"),
        ("Affine1", "abc", "Affine1(a, b, c)"),
    ],
)
def test_operations_are_written_as_usual(symbol, inputs, written):
    assert formula(symbol, list(inputs)) == written


def test_the_last_operation_has_the_name_of_the_output():
    assert formulas(apple())[-1] == "price = v1 × tax"


def test_plain_numbers_stand_in_the_formulas():
    assert formulas(sigmoid()) == ["x", "v1 = x × -1", "v2 = exp(v1)", "v3 = 1 + v2", "y = 1 / v3"]


def test_what_has_no_name_is_numbered():
    assert formulas(nameless()) == ["v1", "v2", "v3 = v1 × v2", "v4", "v5 = v3 × v4"]


def test_no_two_values_are_called_the_same():
    s = Sketch()
    product = s.operation("×", [s.input("x", "2"), s.input("x", "3")], None, "6")
    s.output("x", s.operation("+", [product, s.input("v1", "1")], None, "7"), None)
    assert formulas(s.diagram()) == ["x", "x#2", "v2 = x × x#2", "v1", "x#3 = v2 + v1"]
