import json
import shutil
import subprocess
from string import ascii_letters, punctuation
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.graph.diagrams import ALL, apple, apple_before_backward, chain
from xpnet.graph import examples, to_dot
from xpnet.graph.dot import dot
from xpnet.graph.words import one_line

DOT = shutil.which("dot")
needs_dot = pytest.mark.skipif(not DOT, reason="Graphviz's dot is not installed")


def graphviz(text, kind):
    """What Graphviz makes of it."""
    done = subprocess.run([DOT, f"-T{kind}"], input=text.encode(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.decode()


def test_the_apple_example():
    text = to_dot(examples.apple())
    assert '  n0 [label="apple", shape=plaintext]\n' in text
    assert '  n2 [label="×", shape=circle]\n' in text
    assert '  n0 -> n2 [label="100\\n← 2.2"]\n' in text
    assert "rankdir=LR" in text


def test_before_backward_there_are_values_only():
    text = dot(apple_before_backward())
    assert '  n0 -> n2 [label="100"]\n' in text
    assert "←" not in text


def test_a_constant_shows_its_number_once():
    text = to_dot(examples.sigmoid())
    assert '  n1 [label="-1", shape=plaintext, fontsize=11]\n' in text
    assert "  n1 -> n2\n" in text


@needs_dot
@pytest.mark.parametrize("name", ALL)
def test_graphviz_reads_nodes_and_edges(name):
    diagram = ALL[name]()
    graph = json.loads(graphviz(dot(diagram), "dot_json"))
    assert len(graph["objects"]) == len(diagram.nodes)
    read = sorted((edge["tail"], edge["head"]) for edge in graph["edges"])
    assert read == sorted((edge.source, edge.target) for edge in diagram.edges)


@needs_dot
@settings(max_examples=20)
@given(st.text(st.sampled_from(ascii_letters + punctuation + " \n사×‖"), min_size=1))
@example('a"b\\')
@example(r"\N \l &amp; &#65; <b>")
def test_graphviz_draws_names_as_they_are(name):
    root = ElementTree.fromstring(graphviz(dot(apple((name, "b", "c", "d"))), "svg"))
    drawn = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert one_line(name) in [one_line(text) for text in drawn] or not one_line(name)


def test_a_long_chain_is_written():
    assert dot(chain(20_000)).count("->") == 20_001


def test_what_is_no_variable_is_refused():
    with pytest.raises(TypeError, match=r"expected the xpnet\.graph\.Variable"):
        to_dot(3)
