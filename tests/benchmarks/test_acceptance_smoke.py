from __future__ import annotations

import json

import acceptance_smoke
import pytest


def test_numpy_learns():
    reached = acceptance_smoke.trained("numpy", 200)
    assert reached["device"] == "cpu"
    assert reached["test_accuracy"] > 0.6


@pytest.mark.emulated
def test_both_backends_agree(tmp_path):
    assert acceptance_smoke.main([str(tmp_path), "--steps", "3"]) == 0
    document = json.loads((tmp_path / "smoke.json").read_text())
    assert document["steps"] == 3
    assert document["cupy"]["device"].startswith("cuda")


@pytest.mark.parametrize(("apart", "code"), [(0.002, 0), (0.004, 1), (-0.004, 1)])
def test_accuracies_apart_fail(monkeypatch, tmp_path, capsys, apart, code):
    reached = {"numpy": 0.9, "cupy": 0.9 + apart}
    monkeypatch.setattr(
        acceptance_smoke,
        "trained",
        lambda backend, steps: {"device": backend, "test_accuracy": reached[backend]},
    )
    assert acceptance_smoke.main([str(tmp_path)]) == code
    assert json.loads((tmp_path / "smoke.json").read_text())["agree"] is (code == 0)
    assert json.loads(capsys.readouterr().out)["steps"] == 600
