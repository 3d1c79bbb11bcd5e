import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpnet.graph import Variable, examples, trace
from xpnet.graph.words import columns, edge_lines, fold, one_line, shortened


@given(st.text(max_size=40), st.integers(2, 30))
def test_a_shortened_text_fits_and_is_printable(text, limit):
    short = shortened(text, limit)
    assert columns(short) <= limit
    assert short.isprintable()
    short.encode()  # no lone surrogates


@pytest.mark.parametrize("text", ["", "apple", "사과", "12345678"])
def test_what_fits_is_left_alone(text):
    assert shortened(text, 8) == text


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert shortened("사과의 개수", 8) == "사과의…"
    assert shortened("123456789", 8) == "1234567…"


def test_breaks_and_invisible_signs_are_spaces():
    assert one_line("a\n\tb\x00c\u200bd\ud800") == "a b c d"


def test_an_accent_takes_no_column():
    assert columns("e\u0301") == 1


@given(st.lists(st.text("ab가", min_size=1, max_size=6), min_size=1), st.integers(10, 30))
def test_folding_keeps_the_words_and_the_width(words, width):
    lines = fold(" ".join(words), width)
    assert " ".join(lines).split() == words
    longest = max(columns(word) for word in words)
    assert max(map(columns, lines)) <= max(width, longest + 2)
    assert all(line.startswith("  ") for line in lines[1:])


def test_at_an_edge_stand_the_value_and_what_comes_back():
    diagram = trace(examples.sigmoid())
    lines = {diagram.nodes[edge.source].label: edge_lines(diagram, edge) for edge in diagram.edges}
    assert lines["x"] == ["1.5", "← 0.1491"]
    assert lines["-1"] == []
    assert edge_lines(*forward_alone()) == ["2"]


def forward_alone():
    diagram = trace(Variable(2.0) * Variable(3.0))
    return diagram, diagram.edges[0]
