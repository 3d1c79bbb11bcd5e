import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.diagrams import ALL, apple, apple_before_backward, chain, net
from xpnet.graph import examples, to_mermaid
from xpnet.graph.mermaid import mermaid
from xpnet.graph.words import one_line

NODE = re.compile(r'  n\d+(\["|\(\("|\(\[")(?P<label>[^"]*)("\]:::name|"\)\)|"\]\))')
EDGE = re.compile(r'  n\d+ -->(\|"(?P<label>[^"]*)"\|)? n\d+')


def decoded(label):
    """A label as Mermaid shows it."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", label))


def test_the_apple_example():
    assert to_mermaid(examples.apple()).splitlines() == [
        "flowchart LR",
        '  n0["apple"]:::name',
        '  n1["apples"]:::name',
        '  n2(("×"))',
        '  n3["tax"]:::name',
        '  n4(("×"))',
        '  n5["price"]:::name',
        '  n0 -->|"100<br>← 2.2"| n2',
        '  n1 -->|"2<br>← 110"| n2',
        '  n2 -->|"200<br>← 1.1"| n4',
        '  n3 -->|"1.1<br>← 200"| n4',
        '  n4 -->|"220<br>← 1"| n5',
        "  classDef name fill:none,stroke:none",
    ]


def test_before_backward_there_are_values_only():
    text = mermaid(apple_before_backward())
    assert '  n0 -->|"100"| n2\n' in text
    assert "←" not in text


def test_a_constant_shows_its_number_once():
    text = to_mermaid(examples.sigmoid())
    assert '  n1["-1"]:::name\n' in text
    assert "  n1 --> n2\n" in text


def test_a_layer_has_a_wide_outline():
    assert '(["SoftmaxWithLoss"])' in mermaid(net())


@pytest.mark.parametrize("name", ALL)
def test_every_line_is_a_node_or_an_edge(name):
    diagram = ALL[name]()
    head, *lines, last = mermaid(diagram).split("\n")
    assert head == "flowchart LR"
    assert last == "  classDef name fill:none,stroke:none"
    nodes, edges = lines[: len(diagram.nodes)], lines[len(diagram.nodes) :]
    assert all(NODE.fullmatch(line) for line in nodes)
    assert len(edges) == len(diagram.edges)
    assert all(EDGE.fullmatch(line) for line in edges)


@given(st.text(min_size=1).filter(one_line))
def test_no_sign_of_a_name_means_anything(name):
    line = mermaid(apple((name, "b", "c", "d"))).split("\n")[1]
    label = NODE.fullmatch(line)["label"]
    assert decoded(label) == one_line(name)
    without_codes = re.sub(r"#\d+;", "", label)
    assert not set(without_codes) & set("\"'`#&<>;*_~[]{}|\\$%")
    assert not re.match(r"(\d+\.|[-+*])(\s|$)", label), "a list of Markdown"


def test_a_long_chain_is_written():
    assert mermaid(chain(20_000)).count("-->") == 20_001


def test_what_is_no_variable_is_refused():
    with pytest.raises(TypeError, match=r"expected the xpnet\.graph\.Variable"):
        to_mermaid(3)
