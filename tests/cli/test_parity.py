import json
import platform
import sys

import numpy as np
import pytest

import xpnet
from xpnet.backends import NumpyBackend
from xpnet.cli import main
from xpnet.cli.network_options import build_network
from xpnet.datasets import load_mnist
from xpnet.optimizers import Momentum
from xpnet.parity import certify


def test_a_backend_against_numpy_passes_on_mnist(xpnet_command, backend):
    names = f"numpy,{backend.name}"
    ran = xpnet_command("parity", "--backends", names, "--steps", 2, "--hidden", 8, "--json", "-")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["passed"] is True
    assert document["first_failure"] is None
    assert [place["name"] for place in document["backends"]] == ["numpy", backend.name]
    assert document["backends"][1]["device"] == backend.device
    assert document["libraries"]["numpy"] == np.__version__
    assert (document["xpnet"], document["seed"]) == (xpnet.__version__, 0)
    assert (document["network"], document["batch_size"]) == ([784, 8, 10], 100)
    assert list(document["dtypes"]) == ["float32", "float64"]
    for found in document["dtypes"].values():
        for check in found["checks"]:
            assert check["verdict"] == "ok"
            assert len(check["steps"]) == 2
            # one part in a thousand would not be missed
            assert all(
                step["detectable"] is None or step["detectable"] < 1e-3 for step in check["steps"]
            )
    assert "parity passed (2 steps)" in ran.err


def test_a_backend_against_itself_differs_nowhere(xpnet_command, small_data):
    options = "--data", small_data, "--batch-size", 10, "--hidden", "5,4", "--optimizer", "adam"
    ran = xpnet_command("parity", "--backends", "numpy,numpy", *options)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("16-5-4-10 network, batches of 10, Adam(lr=0.001)\n")
    rows = [line.split() for line in ran.out.splitlines() if line.endswith("ok")]
    assert {row[-6] for row in rows} == {"0"}  # the column of differences
    assert max(map(len, ran.out.splitlines())) <= 80


def test_the_document_says_what_ran(xpnet_command, small_data):
    run = "parity", "--data", small_data, "--backends", "numpy,numpy", "--batch-size", 10
    options = {"optimizer": "momentum", "lr": 0.25, "activation": "sigmoid", "dtypes": "float64"}
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    document = json.loads(xpnet_command(*run, *given, "--seed", 3, "--json", "-").out)
    found = document.pop("dtypes")
    assert document.pop("backends")[0]["name"] == "numpy"
    assert document == {
        "xpnet": xpnet.__version__,
        "python": platform.python_version(),
        "libraries": {"numpy": np.__version__},
        "seed": 3,
        "matmul_precision": "float32",
        "uncaptured": "the backend 'numpy' cannot capture",
        "network": [16, 50, 10],
        "activation": "sigmoid",
        "optimizer": "momentum",
        "lr": 0.25,
        "batch_size": 10,
        "steps": 5,
        "passed": True,
        "first_failure": None,
        "no_bound": [],
    }
    assert list(found) == ["float64"]
    detectable = {
        check["name"]: [step["detectable"] for step in check["steps"]]
        for check in found["float64"]["checks"]
    }
    # what each check detects depends on the weights, the batches, the scale and the rate
    with xpnet.use_backend("numpy"):
        data, _ = load_mnist(normalize=False, root=small_data)
        net = build_network([50], "sigmoid", None, 3, "float64", 16, 10)
    wanted = certify(
        net,
        data,
        ("numpy", "numpy"),
        optimizer=Momentum(lr=0.25),
        batch_size=10,
        seed=3,
        scale=1 / 255,
        dtypes=["float64"],
    )
    assert list(detectable) == [check.name for check in wanted.checks]
    for check in wanted.checks:
        assert detectable[check.name] == pytest.approx(
            [d.detectable for d in check.differences], rel=1e-6, abs=0
        )


def test_an_error_in_a_kernel_is_named_and_code_1(small_data, monkeypatch, capsys, tmp_path):
    right, calls = NumpyBackend.relu_grad, []

    def wrong(self, dout, mask):
        calls.append(mask)
        # a step calls it in the free run, in the run, and in its shadow: the last is wrong
        return right(self, dout, mask) * (1.001 if len(calls) % 3 == 0 and len(calls) > 3 else 1)

    monkeypatch.setattr(NumpyBackend, "relu_grad", wrong)
    path = tmp_path / "parity.json"
    options = "--data", str(small_data), "--hidden", "4", "--batch-size", "10", "--json", str(path)
    command = ["xpnet", "parity", "--backends", "numpy,numpy", "--dtypes", "float32", *options]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    line = "step 2: Relu1.backward: largest relative difference 1.0e-03, bound 0.0e+00 (float32)"
    printed = capsys.readouterr()
    assert line in printed.out.splitlines()
    assert printed.err == ""
    assert json.loads(path.read_text())["passed"] is False
    assert json.loads(path.read_text())["first_failure"] == line


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--backends", "numpy"], "--backends: expected two names, as numpy,cupy"),
        (["--backends", "numpy,abacus"], "unknown backend 'abacus': choose one of"),
        (["--steps", "0"], "--steps: expected a whole number from 1 on, got 0"),
        (["--batch-size", "0"], "--batch-size: expected a whole number from 1 on, got 0"),
        (["--batch-size", "61"], "--batch-size: expected 1 to 60, got 61"),
        (
            ["--dtypes", "float16"],
            "--dtypes: expected float32, float64 or float32,float64, got float16",
        ),
        (["--optimizer", "newton"], "'--optimizer': expected one of sgd"),
        (["--lr", "-1"], "lr: expected a number above 0, got -1.0"),
        (["--hidden", "x"], "--hidden: expected numbers, as 50 or 100,50, got x"),
        (["--activation", "step"], "'--activation': expected one of relu, leaky_relu"),
        (["--seed", "-1"], "seed"),
        (["--json", "no/such/folder.json"], "cannot be written"),
    ],
)
def test_a_bad_option_is_one_line_and_code_2(xpnet_command, small_data, options, message):
    usual = "--data", small_data, "--backends", "numpy,numpy", "--batch-size", 10
    ran = xpnet_command("parity", *usual, *options)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("xpnet: ")
    assert message in ran.err


def test_a_backend_that_cannot_run_says_what_to_do(xpnet_command):
    if xpnet.available_backends()["cupy"] == "ok":
        pytest.skip("CuPy runs here")
    ran = xpnet_command("parity")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert xpnet.available_backends()["cupy"] in ran.err


def test_a_run_that_runs_away_is_code_1(xpnet_command, small_data):
    options = "--data", small_data, "--backends", "numpy,numpy", "--batch-size", 10, "--lr", "1e30"
    ran = xpnet_command("parity", *options)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "nothing can be compared" in ran.err
