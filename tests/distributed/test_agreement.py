"""Which entry of documents differs, and who has which value."""

import pytest

from xpnet.distributed.agreement import disagreement, listed


def test_equal_documents_agree_whatever_their_order():
    assert disagreement([{"a": 1, "b": [1, {"c": None}]}, {"b": [1, {"c": None}], "a": 1}]) is None
    assert disagreement([{}]) is None


def test_values_are_said_with_their_ranks():
    documents = [{"batch_size": 100, "lr": 0.1}, {"batch_size": 50, "lr": 0.1}]
    found = disagreement([documents[0], documents[0], documents[1], documents[0]])
    assert found == "batch_size is 100 on ranks 0, 1 and 3, 50 on rank 2"


def test_the_first_entry_that_differs_is_the_one_named():
    assert disagreement([{"a": 1, "b": 2}, {"b": 3, "a": 2}]) == "a is 1 on rank 0, 2 on rank 1"


def test_an_entry_that_a_rank_lacks_is_absent_there():
    assert disagreement([{}, {"a": "x"}]) == 'a is absent on rank 0, "x" on rank 1'


@pytest.mark.parametrize("other", [1.0, True, "1", [1], None])
def test_values_of_other_types_differ(other):
    assert disagreement([{"a": 1}, {"a": other}]) is not None


def test_nan_agrees_with_nan():
    assert disagreement([{"a": float("nan")}, {"a": float("nan")}]) is None


def test_a_long_value_is_cut():
    found = disagreement([{"a": "x" * 1000}, {"a": "y" * 1000}])
    assert len(found) < 250
    assert "..." in found


@pytest.mark.parametrize(
    ("ranks", "words"),
    [
        ([3], "rank 3"),
        ([0, 1], "ranks 0 and 1"),
        ([0, 1, 2], "ranks 0 to 2"),
        ([0, 2, 3, 4, 6, 7], "ranks 0, 2 to 4, 6 and 7"),
    ],
)
def test_neighbours_from_three_on_are_a_range(ranks, words):
    assert listed(ranks) == words
