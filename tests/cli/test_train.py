import json
import re
import signal
import subprocess
import sys

import pytest


@pytest.fixture
def backend_option(backend):
    return "--backend", backend.name


def small(data, *more):
    return ("train", "--data", data, "--batch-size", 10, "--hidden", 5, *more)


def test_every_epoch_is_a_line_with_both_accuracies(xpnet_command, small_data, backend_option):
    ran = xpnet_command(*small(small_data, "--epochs", 3), *backend_option)
    assert ran.code == 0, ran.err
    lines = [line for line in ran.out.splitlines() if "train acc, test acc |" in line]
    assert [line.split()[:4] for line in lines] == [
        ["epoch", str(epoch), "iteration", str(6 * epoch)] for epoch in (1, 2, 3)
    ]
    assert f"on {backend_option[1]}" in ran.out


def test_json_has_what_it_promises(xpnet_command, small_data, tmp_path, backend_option):
    path = tmp_path / "run.json"
    ran = xpnet_command(*small(small_data, "--epochs", 2, "--json", path), *backend_option)
    assert ran.code == 0, ran.err
    document = json.loads(path.read_text())
    assert document["backend"] == backend_option[1]
    assert {"device", "seconds", "steps_per_second"} <= set(document)
    assert document["captured"] is (backend_option[1] == "cupy")
    assert (document["dtype"], document["seed"], document["iterations"]) == ("float32", 0, 12)
    assert [set(record) for record in document["history"]] == [
        {"iteration", "epoch", "loss", "train_accuracy", "test_accuracy"}
    ] * 2
    assert document["final"] == document["history"][-1]
    assert not list(tmp_path.glob("*.part"))


def test_json_to_stdout_is_one_document_and_the_rest_is_on_stderr(xpnet_command, small_data):
    ran = xpnet_command(*small(small_data, "--iterations", 4, "--json", "-"))
    assert json.loads(ran.out)["iterations"] == 4
    assert "train acc, test acc |" in ran.err


def test_the_same_seed_gives_the_same_digits(xpnet_command, small_data):
    def digits(seed):
        ran = xpnet_command(*small(small_data, "--epochs", 2, "--seed", seed, "--json", "-"))
        return json.loads(ran.out)["history"]

    assert digits(3) == digits(3)
    assert digits(3) != digits(4)


def test_it_learns_with_options_varied(xpnet_command, small_data):
    ran = xpnet_command(
        *("train", "--data", small_data, "--batch-size", 10, "--epochs", 30),
        *("--hidden", "8,4", "--activation", "sigmoid", "--init", "xavier", "--optimizer", "adam"),
        *("--lr", 0.05, "--dtype", "float64", "--replacement", "--json", "-"),
    )
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["network"] == [16, 8, 4, 10]
    assert document["final"]["test_accuracy"] > 0.9


def test_the_first_line_tells_what_regularises_the_network(xpnet_command, small_data):
    options = "--dropout", 0.2, "--batch-norm", "--schedule", "cosine", "--epochs", 1
    ran = xpnet_command(*small(small_data, *options, "--replacement", "--batch-size", 59))
    assert ran.code == 0, ran.err
    line = " ".join(ran.out.split())
    assert line.startswith("16-5-10 network with batch normalisation and dropout 0.2, 155 param")
    assert "SGD(lr=cosine(lr=0.1, steps=2, end=0.0))" in line


@pytest.mark.parametrize("activation", ["leaky_relu", "tanh"])
def test_other_activations_learn(xpnet_command, small_data, activation):
    ran = xpnet_command(
        *small(small_data, "--activation", activation, "--init", "he", "--epochs", 30),
        *("--json", "-"),
    )
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["activation"] == activation
    assert json.loads(ran.out)["final"]["test_accuracy"] > 0.9


def test_the_threads_that_are_asked_for_train_as_the_others_do(xpnet_command, small_data):
    def losses(*threads):
        ran = xpnet_command(*small(small_data, "--epochs", 2, *threads, "--json", "-"))
        assert ran.code == 0, ran.err
        return [record["loss"] for record in json.loads(ran.out)["history"]]

    assert losses("--threads", 2) == pytest.approx(losses(), rel=1e-4)


def test_plain_steps_train_as_captured_ones_do(xpnet_command, small_data, backend_option):
    def document(*capture):
        run = *small(small_data, "--epochs", 2, *capture, "--json", "-"), *backend_option
        return json.loads(xpnet_command(*run).out)

    plain, other = document("--no-capture"), document()
    assert plain["captured"] is False
    assert plain["history"] == other["history"]


def test_quiet_prints_nothing(xpnet_command, small_data):
    ran = xpnet_command(*small(small_data, "--iterations", 2, "--quiet"))
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_picture_is_drawn(xpnet_command, small_data, tmp_path):
    pytest.importorskip("matplotlib", reason="pictures need the extra 'plot'")
    ran = xpnet_command(*small(small_data, "--epochs", 20, "--plot", tmp_path / "run.png"))
    assert ran.code == 0, ran.err
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")


BAD_OPTIONS = {
    ("--bogus",): "No such option: --bogus",
    ("--lr", "-1"): "lr: expected a number above 0, got -1.0",
    ("--lr", "0"): "lr: expected a number above 0, got 0.0",
    ("--lr", "fast"): "--lr",
    ("--hidden", "many"): "--hidden: expected numbers, as 50 or 100,50, got many",
    ("--hidden", "0"): "layer sizes [16, 0, 10]",
    ("--hidden", "99999999999999999999"): "a layer size is beyond what any memory holds",
    ("--hidden", "9000000,9000000"): "layer sizes [16, 9000000, 9000000, 10]: needs more than",
    (
        "--activation",
        "step",
    ): "'--activation': expected one of relu, leaky_relu, sigmoid, tanh, got",
    ("--dropout", "1"): "dropout: expected a number from 0 to below 1, got 1.0",
    ("--batch-norm", "--batch-size", "59"): "--batch-size 59: expected two images at least in each",
    ("--weight-decay", "-1"): "weight_decay: expected a number from 0 on, got -1.0",
    (
        *("--optimizer", "rmsprop"),
        *("--weight-decay", "0.1"),
    ): "--weight-decay 0.1: expected one of the optimizers sgd, momentum, nesterov, adam, adamw",
    ("--schedule", "linear"): "'--schedule': expected one of constant, step, cosine, got 'linear'",
    (
        *("--batch-size", "10"),
        *("--epochs", "2"),
        *("--warmup", "13"),
    ): "--warmup: expected a whole number from 1 to the 12 steps of the run, got 13",
    ("--init", "-1"): "weight init: expected 'he', 'xavier'",
    (
        "--optimizer",
        "newton",
    ): "'--optimizer': expected one of sgd, momentum, nesterov, adagrad",
    ("--iterations", "0"): "--iterations: expected a whole number from 1 on, got 0",
    ("--epochs", "-2"): "--epochs: expected a whole number from 1 on, got -2",
    ("--iterations", "1", "--epochs", "1"): "give one of them",
    ("--iterations", "99999999999999999999"): "--iterations 99999999999999999999: the loss of",
    ("--epochs", "99999999999999999999"): "--epochs 99999999999999999999: the loss of every step",
    ("--batch-size", "0"): "batch_size: expected a whole number from 1 on, got 0",
    ("--batch-size", "61"): "batch_size=61: expected at most the 60 rows of the training set",
    ("--dtype", "int8"): "'--dtype': expected one of float32, float64, got 'int8'",
    ("--seed", "-1"): "seed: expected None, an integer from 0 on, or a Generator, got -1",
    ("--batch-size", "10", "--threads", "0"): "threads: expected a whole number from 1 on, got 0",
    ("--threads", "many"): "--threads",
    (
        "--batch-size",
        "9",
        "--backend",
        "numpy",
        "--capture",
    ): "capture=True: the backend 'numpy' cannot capture",
    ("--backend", "abacus"): "expected one of numpy, cupy, auto, got 'abacus'",
    ("--json", "no/such/folder/x.json"): "cannot be written",
    ("--plot", "x.gif"): "expected a picture to end in .png, .svg or .pdf, got x.gif",
}


@pytest.mark.one_backend
@pytest.mark.parametrize("options", BAD_OPTIONS, ids=" ".join)
def test_a_bad_option_is_one_line_and_code_2(xpnet_command, small_data, options):
    ran = xpnet_command("train", "--data", small_data, *options)
    assert ran.code == 2
    assert ran.err.startswith("xpnet: ")
    assert ran.err.count("\n") == 1
    assert BAD_OPTIONS[options] in ran.err
    assert ran.out == ""


@pytest.mark.one_backend
def test_a_missing_data_folder_is_one_line_and_code_2(xpnet_command, tmp_path):
    ran = xpnet_command("train", "--data", tmp_path / "nowhere")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "nowhere" in ran.err


def test_divergence_is_one_line_and_code_1_and_the_history_is_kept(
    xpnet_command, small_data, tmp_path
):
    path = tmp_path / "run.json"
    ran = xpnet_command(*small(small_data, "--lr", 1e30, "--json", path))
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "try a smaller learning rate" in ran.err
    assert "at iteration" in json.loads(path.read_text())["error"]


def test_ctrl_c_ends_cleanly_and_keeps_the_history(small_data, tmp_path, backend_option):
    path = tmp_path / "run.json"
    options = small(small_data, "--json", path, *backend_option)
    command = [sys.executable, "-u", "-m", "xpnet", *map(str, options)]
    # what a shell starts in the background ignores Ctrl-C, and so would its children
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [*command, "--iterations", "100000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as process:
        signal.signal(signal.SIGINT, before)
        try:
            for line in process.stdout:
                if line.startswith("epoch"):
                    process.send_signal(signal.SIGINT)
                    break
            rest, told = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "interrupted" not in rest
    assert re.fullmatch(
        r"xpnet: interrupted after [\d,]+ iterations in [\d,.]+ s \([\d,.]+ steps a second\)\n",
        told,
    )
    document = json.loads(path.read_text())
    assert document["interrupted"]
    assert document["history"]


def test_the_steps_a_second_are_those_of_the_seconds_beside_them(xpnet_command, small_data):
    ran = xpnet_command(*small(small_data, "--epochs", 3))
    last = ran.out.splitlines()[-1]
    form = r"18 iterations in ([\d,.]+) s \(([\d,.]+) steps a second\); test accuracy [\d.]+ %"
    seconds, speed = (float(text.replace(",", "")) for text in re.fullmatch(form, last).groups())
    assert 18 / seconds == pytest.approx(speed, rel=0.02)


def test_choices_are_taken_in_any_case(xpnet_command, small_data):
    options = ("--optimizer", "ADAM", "--activation", "Sigmoid", "--dtype", "Float64")
    ran = xpnet_command(*small(small_data, "--epochs", 1, *options, "--init", "He", "--json", "-"))
    document = json.loads(ran.out)
    chosen = [document[name] for name in ("optimizer", "activation", "dtype")]
    assert chosen == ["adam", "sigmoid", "float64"]
