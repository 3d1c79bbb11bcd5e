import json

import environment
from environment import commit, slug


def test_the_environment_is_the_machine_with_the_contenders_and_the_commit():
    told = json.loads(json.dumps(environment.environment()))
    assert {"cpu", "cores", "blas", "commit", "date"} <= set(told)
    assert told["packages"]["numpy"]


def test_without_a_checkout_the_commit_is_unknown(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "CHECKOUT", tmp_path)
    assert commit() == "unknown"
    (tmp_path / ".git").touch()  # which git does not take for a checkout
    assert commit() == "unknown"


def test_a_slug_is_fit_for_a_file_name():
    assert slug("AMD EPYC 7B13, 2 cores") == "amd-epyc-7b13-2-cores"
