"""Pickles and copies of graphs, of any depth, in which shared variables stay shared."""

from __future__ import annotations

import copy
import io
import itertools
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.graph import Variable, collapse, copying, network_graph, to_text
from xpnet.graph.examples import orange, sigmoid_nodes
from xpnet.networks import TwoLayerNet

DEEP = 100_000


def unpickled(thing):
    return pickle.loads(pickle.dumps(thing))


def by_python(thing):
    """A copy by the pickler that is written in Python, which other libraries extend."""
    return pickle._loads(pickle._dumps(thing))


COPIES = [unpickled, by_python, copy.deepcopy]


def chain(length):
    x = Variable(1.0, "x")
    y = x
    for _ in range(length):
        y = y + x
    return x, y


@pytest.mark.parametrize("copied", [unpickled, copy.deepcopy])
def test_a_chain_of_100_000_nodes_is_copied(copied):
    _, y = chain(DEEP)
    again = copied(y)
    assert (again.value, len(again.inputs)) == (DEEP + 1, 2)
    again.backward()
    assert again.inputs[1].grad == DEEP + 1
    assert y.grad is None


@pytest.mark.parametrize("copied", COPIES)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_a_shared_variable_stays_shared(copied, order):
    x, y = chain(2000)
    both = y * y
    given = [(x, y, both)[k] for k in order]
    made = copied(given)
    x, y, both = (made[order.index(k)] for k in range(3))
    assert both.inputs[0] is both.inputs[1] is y
    both.backward()
    assert x.grad == 2 * 2001 * 2001
    assert not {id(variable) for variable in given} & {id(variable) for variable in made}


@pytest.mark.parametrize("copied", COPIES)
def test_a_list_of_all_variables_of_a_chain_is_copied_as_one_chain(copied):
    nodes = [Variable(1.0)]
    for _ in range(3000):
        nodes.append(nodes[-1] * 2.0)
    for given in (nodes, nodes[::-1]):
        made = copied(given)[:: 1 if given is nodes else -1]
        assert all(new.inputs[0] is old for old, new in itertools.pairwise(made))


@pytest.mark.parametrize("copied", COPIES)
def test_each_variable_is_visited_a_bounded_number_of_times(monkeypatch, copied):
    nodes = [Variable(1.0)]
    for _ in range(100):
        nodes.append(nodes[-1] * 2.0)
    lengths = []

    keep = copying.Ancestors.__init__

    def counted(ancestors, variables=None):
        lengths.append(len(variables or ()))
        keep(ancestors, variables)

    monkeypatch.setattr(copying.Ancestors, "__init__", counted)
    copied(nodes)
    assert 201 <= sum(lengths) <= 3 * 201


@pytest.mark.parametrize("copied", [*COPIES, copy.copy])
def test_a_copy_has_all_that_the_variable_has(backend, copied):
    x = Variable(xpnet.asarray([1.0, 2.0]), "x")
    y = (x * 3.0).sum()
    y.name = "y"
    y.backward()
    made = copied(y)
    assert (made.name, made.operation.symbol, made.constant) == ("y", "Σ", False)
    assert (float(made.value), float(made.grad)) == (9.0, 1.0)
    assert to_text(made) == to_text(y)
    assert made.inputs[0].inputs[1].constant


class Weight(Variable):
    """A subclass, which without __slots__ of its own has attributes of any name."""


@pytest.mark.parametrize("copied", [*COPIES, copy.copy])
def test_a_copy_has_what_a_subclass_adds(copied):
    x = Weight(1.0, "x")
    x.unit = "kg"
    made = copied(x)
    assert (type(made), made.name, made.unit) == (Weight, "x", "kg")


def test_a_shallow_copy_is_made_from_the_same_variables():
    x, y = chain(3)
    made = copy.copy(y)
    assert made is not y
    assert made.inputs[1] is x


@pytest.mark.parametrize("copied", COPIES)
def test_a_copy_shares_no_arrays(backend, copied):
    x = Variable(xpnet.asarray([1.0, 2.0]))
    made = copied(x * x)
    made.inputs[0].value[...] = 5.0
    assert xpnet.to_numpy(x.value).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("copied", COPIES)
def test_collapsed_nodes_and_networks_are_copied(copied):
    x = Variable(0.5, "x")
    one = copied(collapse(sigmoid_nodes(x), symbol="sigmoid"))
    one.backward()
    assert one.inputs[0].grad == pytest.approx(0.235, abs=1e-3)
    for y in (
        orange(),
        network_graph(TwoLayerNet(4, 3, 2, seed=0), np.ones((2, 4)), np.array([0, 1])),
    ):
        assert to_text(copied(y)) == to_text(y)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_pickle_works(protocol):
    _, y = chain(2000)
    assert pickle.loads(pickle.dumps(y, protocol)).value == 2001


def test_a_failed_pickle_does_not_affect_the_next():
    class Refusing:
        def __reduce__(self):
            raise ValueError("not this one")

    x, y = chain(2000)
    x.operation = Refusing()
    with pytest.raises(ValueError, match="not this one"):
        pickle.dumps(y)
    x.operation = None
    assert unpickled(y).value == 2001


def test_two_picklers_at_once_are_independent():
    _, y = chain(2000)
    streams = io.BytesIO(), io.BytesIO()
    picklers = [pickle.Pickler(stream) for stream in streams]
    for pickler in picklers:
        pickler.dump(y)
    assert [pickle.loads(stream.getvalue()).value for stream in streams] == [2001, 2001]
