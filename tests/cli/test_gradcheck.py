import json

import pytest

from xpnet.cli.gradcheck import gradcheck
from xpnet.layers import Affine


def test_the_chapters_table_on_mnist_passes(xpnet_command, backend):
    ran = xpnet_command("gradcheck", "--backend", backend.name, "--hidden", 5, "--json", "-")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["passed"] is True
    assert document["backend"] == backend.name
    assert [p["name"] for p in document["parameters"]] == ["W1", "b1", "W2", "b2"]
    for parameter in document["parameters"]:
        assert parameter["passed"] is True
        assert parameter["max_abs_difference"] <= parameter["budget"] < 1e-8
        assert parameter["mean_abs_difference"] < 1e-8
    assert "gradient check passed" in ran.err


def test_the_table_is_on_stdout_without_json(xpnet_command, small_data):
    ran = xpnet_command("gradcheck", "--data", small_data, "--hidden", "4,3", "--images", 5)
    assert ran.code == 0, ran.err
    names = [line.split()[0] for line in ran.out.splitlines()[1:7]]
    assert names == ["W1", "b1", "W2", "b2", "W3", "b3"]


def test_a_wrong_gradient_is_code_1(small_data, monkeypatch, capsys):
    right = Affine.backward_params

    def wrong(self, dout):
        right(self, dout)
        self.db = 1.01 * self.db

    monkeypatch.setattr(Affine, "backward_params", wrong)
    assert gradcheck(data=str(small_data), hidden="4", backend="numpy") == 1
    assert "b1: worst entry" in capsys.readouterr().out


@pytest.mark.one_backend
@pytest.mark.parametrize("options", [("--images", "0"), ("--images", "61"), ("--step", "-1")])
def test_a_bad_option_is_one_line_and_code_2(xpnet_command, small_data, options):
    ran = xpnet_command("gradcheck", "--data", small_data, *options)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("xpnet: ")
