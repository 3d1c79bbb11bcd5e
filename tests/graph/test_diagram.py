import pytest

from tests.graph import diagrams
from xpnet.errors import OptionError
from xpnet.graph import examples, trace
from xpnet.graph.diagram import MOST_NODES, check_nodes


def test_a_diagram_prints_how_much_is_in_it():
    assert repr(trace(examples.apple())) == "Diagram(6 nodes, 5 edges, 5 steps)"
    assert len(repr(diagrams.chain(400))) < 60


def test_so_many_nodes_can_be_looked_at_and_no_more():
    check_nodes(MOST_NODES, "a page")
    with pytest.raises(OptionError, match="the graph has 1,501 nodes, and a page shows at most"):
        check_nodes(1501, "a page")
