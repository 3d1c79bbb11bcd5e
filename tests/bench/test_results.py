import json

import pytest

from xpnet.bench import Results
from xpnet.errors import DataError


def test_a_document_comes_back_as_the_results_it_was_made_of(results):
    document = json.loads(json.dumps(results.document()))
    assert Results.of(document, "a.json") == results


def test_new_results_know_their_machine_and_gather_rows(results):
    new = Results()
    assert {"cpu", "blas", "packages"} <= set(new.machine)
    new.add(results.rows[:2])
    new.add(results.rows[2:])
    assert new.rows == results.rows


@pytest.mark.parametrize(
    "document", [None, [], "text", {}, {"device": "gpu", "passed": True, "benchmarks": {}}]
)
def test_another_document_is_refused_by_name(document):
    with pytest.raises(DataError, match=r"a\.json: wanted a document of 'xpnet bench --json'"):
        Results.of(document, "a.json")


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document.pop("rows"),
        lambda document: document.pop("machine"),
        lambda document: document["rows"][0].pop("work"),
        lambda document: document["rows"][0].update(speed=1),
        lambda document: document["rows"][0].update(seconds={"mean": 1.0}),
        lambda document: document.update(rows=[3]),
    ],
)
def test_damaged_rows_are_refused_by_name(results, damage):
    document = json.loads(json.dumps(results.document()))
    damage(document)
    with pytest.raises(DataError, match=r"a\.json: its rows are not those of"):
        Results.of(document, "a.json")
