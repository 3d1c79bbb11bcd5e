"""What a file says is read by kind, and whatever it lacks is one error that names the place."""

import pytest

from xpnet.checkpoints import Document
from xpnet.errors import CheckpointError


def document(**values):
    return Document(values, "run.safetensors")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, bool), (3, int), (0.5, float), ("SGD", str), ([1], list), ({"a": 1}, dict)],
)
def test_a_value_of_the_right_kind_is_returned(value, kind):
    assert document(it=value).get("it", kind) == value


def test_a_whole_number_is_a_float_too():
    found = document(lr=1).get("lr", float)
    assert (found, type(found)) == (1.0, float)


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (None, int, "expected it to be a whole number, got nothing"),
        (True, int, "expected it to be a whole number, got True"),
        (1, bool, "expected it to be true or false, got 1"),
        (0.5, int, "expected it to be a whole number, got 0.5"),
        ("1", float, "expected it to be a finite number, got '1'"),
        (float("nan"), float, "expected it to be a finite number, got nan"),
        (float("inf"), float, "expected it to be a finite number, got inf"),
        (10**400, float, "expected it to be a finite number, got a number of many digits"),
        ({}, list, "expected it to be a list, got {}"),
        ([], dict, "expected it to be names and values, got []"),
        ("x" * 100, int, f"got '{'x' * 56}..."),
    ],
)
def test_a_value_of_another_kind_is_one_error_that_names_it(value, kind, words):
    with pytest.raises(CheckpointError) as caught:
        document(it=value).get("it", kind)
    assert str(caught.value).startswith("run.safetensors: expected it to be ")
    assert words in str(caught.value)


def test_an_optional_value_may_be_missing_but_not_of_another_kind():
    assert document().get("scale", float, optional=True) is None
    with pytest.raises(CheckpointError):
        document(scale="1").get("scale", float, optional=True)


@pytest.mark.parametrize("value", [-1, 2**62, 10**400, 0])
def test_a_count_is_refused_outside_of_its_range(value):
    with pytest.raises(CheckpointError, match="expected steps to be 1 or more, got"):
        document(steps=value).count("steps", least=1)


@pytest.mark.parametrize("value", [0, 1, 2**62 - 1])
def test_a_count_is_returned_within_its_range(value):
    assert document(steps=value).count("steps") == value


def test_each_value_of_a_list_has_the_kind():
    assert document(names=["m", "v"]).each("names", str) == ["m", "v"]
    with pytest.raises(CheckpointError, match=r"expected names\[1\] to be a text, got 3"):
        document(names=["m", 3]).each("names", str)


def test_a_part_says_where_it_is():
    whole = document(run={"steps": "3"}, layers=[{"name": 1}])
    with pytest.raises(CheckpointError, match=r"run.safetensors: run: expected steps"):
        whole.part("run").get("steps", int)
    with pytest.raises(CheckpointError, match=r"run.safetensors: layers\[0\]: expected name"):
        whole.parts("layers")[0].get("name", str)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 100_000, "1" * 5000])
def test_what_is_no_json_of_names_and_values_is_one_error(text):
    with pytest.raises(CheckpointError, match=r"x\.safetensors: expected"):
        Document.parsed(text, "x.safetensors")


def test_json_is_parsed():
    assert Document.parsed('{"a": [1, 2.5, null]}', "x").values == {"a": [1, 2.5, None]}
