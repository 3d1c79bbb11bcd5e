"""``xpnet train --validation --early-stopping``: rows held back, and a run that ends by itself."""

import json

import pytest

import xpnet
from xpnet.cli.stopping import best_record, check_stopping, stopped, stopping
from xpnet.errors import OptionError
from xpnet.training import EarlyStopping, History, Record


def small(data, *more):
    return ("train", "--data", data, "--batch-size", 10, "--hidden", 8, *more)


STOPPING = "--optimizer", "adam", "--lr", 0.5, "--validation", 0.5, "--early-stopping", 2


def test_images_are_held_back_and_each_epoch_tells_of_them(xpnet_command, small_data):
    ran = xpnet_command(*small(small_data, "--epochs", 2, "--validation", 0.2))
    assert ran.code == 0, ran.err
    assert "; 48 images and 12 held back, batches of 10" in " ".join(ran.out.split())
    assert ran.out.count("  val loss, val acc | ") == 2
    plain = xpnet_command(*small(small_data, "--epochs", 2))
    assert "val" not in plain.out
    assert "held" not in plain.out


def test_a_run_ends_by_itself_with_its_best_network(xpnet_command, small_data, tmp_path):
    ran = xpnet_command(*small(small_data, *STOPPING, "--json", "a.json", "--save", "net"))
    assert ran.code == 0, ran.err
    document = json.loads((tmp_path / "a.json").read_text())
    told, history = document["early_stopping"], document["history"]
    losses = [record["validation_loss"] for record in history]
    best = losses.index(min(losses))
    assert told == {
        "stopped": True,
        "best_iteration": history[best]["iteration"],
        "best_value": min(losses),
    }
    assert len(history) == best + 3
    assert document["validation"] == 0.5
    share = f"{100 * history[best]['test_accuracy']:.2f} %"
    words = f"the network is that of epoch {best + 1}, whose validation loss was best; "
    assert words + f"test accuracy {share}" in " ".join(ran.out.split())
    assert xpnet.load(tmp_path / "net", backend="numpy").sizes == (16, 8, 10)


def test_without_these_options_the_json_says_nothing_of_them(xpnet_command, small_data):
    ran = xpnet_command(*small(small_data, "--iterations", 3, "--json", "-"))
    assert not {"validation", "early_stopping"} & json.loads(ran.out).keys()


def test_a_run_that_was_cut_off_ends_where_it_would_have_ended(xpnet_command, small_data, tmp_path):
    whole = small(small_data, *STOPPING, "--json", "a.json", "--save", "whole")
    assert xpnet_command(*whole).code == 0
    part = small(small_data, *STOPPING, "--epochs", 2, "--checkpoint", "run")
    assert xpnet_command(*part).code == 0
    rest = "--iterations", 10_000, "--json", "b.json", "--save", "parts"
    ran = xpnet_command("train", "--resume", "run", *rest)
    assert ran.code == 0, ran.err
    a, b = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert a["history"] == b["history"]
    assert a["early_stopping"] == b["early_stopping"]
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "parts").read_bytes()


@pytest.mark.parametrize(
    ("patience", "validation", "words"),
    [
        (3, None, "--early-stopping 3: expected --validation with it, such as --validation 0.1"),
        (0, 0.1, "--early-stopping: expected a whole number from 1 on, got 0"),
        (None, 0.0, "--validation: expected a share above 0 and below 1, got 0.0"),
        (None, 1.0, "--validation: expected a share above 0 and below 1, got 1.0"),
        (3, float("nan"), "--validation: expected a share above 0 and below 1, got nan"),
    ],
)
def test_what_cannot_be_is_refused(patience, validation, words):
    with pytest.raises(OptionError) as caught:
        check_stopping(patience, validation)
    assert str(caught.value) == words


def test_at_the_command_line_that_is_one_line(xpnet_command, small_data):
    ran = xpnet_command(*small(small_data, "--early-stopping", 3))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("xpnet: --early-stopping 3: expected --validation with it")


def test_nothing_is_said_where_nothing_stops():
    class Plain:
        callbacks = ()
        history = History([Record(1, 1, 0.5, None, None), Record(2, 2, 0.25, None, None)])

    assert stopping(None) == []
    assert stopped(Plain) == {}
    assert best_record(Plain).iteration == 2


def test_the_best_record_is_the_one_whose_network_is_there():
    (callback,) = stopping(3)
    assert isinstance(callback, EarlyStopping)
    assert callback.patience == 3

    class Stopped:
        callbacks = (callback,)
        history = History([Record(1, 1, 0.5, None, None), Record(2, 2, 0.25, None, None)])

    assert best_record(Stopped).iteration == 2
    callback.best_iteration = 1
    assert best_record(Stopped).iteration == 1
