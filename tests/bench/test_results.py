import json

from xpnet.bench import Result, Results, Spread
from xpnet.bench.results import FORMAT


def test_a_document_holds_machine_and_rows_in_json():
    row = Result("sums", "small", "all", Spread(1.0, 0.5, 2.0), note="a note")
    document = json.loads(json.dumps(Results([row], {"cpu": "Some CPU"}).document()))
    assert document["format"] == FORMAT
    assert document["machine"] == {"cpu": "Some CPU"}
    assert document["rows"] == [
        {
            "table": "sums",
            "work": "small",
            "case": "all",
            "seconds": {"median": 1.0, "low": 0.5, "high": 2.0},
            "relative_speed": None,
            "device_seconds": None,
            "rate": "",
            "note": "a note",
        }
    ]


def test_new_results_have_the_facts_of_this_machine():
    assert {"cpu", "blas", "packages"} <= set(Results().machine)
