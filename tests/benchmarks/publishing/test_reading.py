import json

import pytest
from publishing.reading import read, results_of

from xpnet.errors import DataError


def test_a_document_comes_back_as_the_results_it_was_made_of(results, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(results.document()))
    assert read(path) == results


def test_a_file_that_is_no_json_is_refused_by_name(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("{")
    with pytest.raises(DataError, match=r"a\.json: not a JSON document"):
        read(path)


@pytest.mark.parametrize(
    "document", [None, [], "text", {}, {"device": "gpu", "passed": True, "benchmarks": {}}]
)
def test_another_document_is_refused_by_name(document):
    with pytest.raises(DataError, match=r"a\.json: expected a document of 'xpnet bench --json'"):
        results_of(document, "a.json")


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
        results_of(document, "a.json")
