import pytest

from tests.graph.diagrams import ALL, Sketch, chain, korean, net
from xpnet.graph import Variable, examples, to_text
from xpnet.graph.text import text
from xpnet.graph.words import columns


def test_the_orange_example():
    assert to_text(examples.orange()).splitlines() == [
        "                       value  derivative",
        "apple                    100         2.2",
        "apples                     2         110",
        "v1 = apple × apples      200         1.1",
        "orange                   150         3.3",
        "oranges                    3         165",
        "v2 = orange × oranges    450         1.1",
        "v3 = v1 + v2             650         1.1",
        "tax                      1.1         650",
        "price = v3 × tax         715           1",
    ]


def test_before_backward_there_is_no_column_of_derivatives():
    x = Variable(3, "x")
    assert to_text(x * 2 + 1).splitlines() == [
        "             value",
        "x                3",
        "v1 = x × 2       6",
        "v2 = v1 + 1      7",
    ]


@pytest.mark.parametrize("name", ALL)
def test_no_line_is_wider_than_80_columns(name):
    assert max(map(columns, text(ALL[name]()).splitlines())) <= 80


def test_each_value_has_one_line():
    diagram = ALL["softmax"]()
    shown = [node for node in diagram.nodes if node.kind in ("input", "operation")]
    assert len(text(diagram).splitlines()) == len(shown) + 1


@pytest.mark.parametrize("make", [korean, net])
def test_numbers_end_in_one_column(make):
    head, *lines = text(make()).splitlines()
    ends = {columns(line) for line in [head, *lines] if line.split()[-1] != "‖9.43‖"}
    assert len(ends) == 1


def test_a_formula_that_is_too_long_is_folded_before_its_numbers():
    s = Sketch()
    inputs = [s.input(f"a_long_name_{k}", "1", "1") for k in range(8)]
    s.output("y", s.operation("+", inputs, "1", "8", "1"))
    lines = text(s.diagram()).splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("y = "))
    assert len(lines) > first + 1
    assert lines[first].endswith(" +")
    assert lines[-1].split()[-2:] == ["8", "1"]
    assert max(map(columns, lines)) <= 80


def test_a_chain_of_100_000_operations_is_written():
    lines = text(chain(100_000)).splitlines()
    assert len(lines) == 100_002
    assert lines[-1].split() == ["y", "=", "exp(v99999)", "1", "1"]


def test_arrays_of_any_backend_are_shown_by_shape_and_norm(backend):
    assert "(1, 3) ‖0.7765‖" in to_text(examples.softmax())


def test_what_is_no_variable_is_refused():
    with pytest.raises(TypeError, match=r"expected the xpnet\.graph\.Variable"):
        to_text("apple")
