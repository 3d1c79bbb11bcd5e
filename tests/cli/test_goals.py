"""How far a run goes: its goal, the rest of it, and the learning rate that spans it."""

import json

import pytest

from xpnet.cli.goals import CHAPTER_ITERATIONS, goal_of, rest_of, steps_of
from xpnet.errors import OptionError

REGULARISED = (
    *("--dropout", 0.3, "--batch-norm", "--optimizer", "momentum", "--weight-decay", 0.01),
    *("--schedule", "cosine", "--warmup", 4),
)


class Begun:
    """A run of 18 steps, three epochs, of which 7 are done."""

    steps_per_epoch, iteration, goal = 6, 7, 18


class New:
    steps_per_epoch, iteration, goal = 6, 0, 0


def small(data, *more):
    return ("train", "--data", data, "--batch-size", 10, "--hidden", 5, *more)


def test_a_goal_is_in_steps_or_epochs():
    assert goal_of(None, None) == {}
    assert goal_of(5, None) == {"iterations": 5}
    assert goal_of(None, 5) == {"epochs": 5}
    with pytest.raises(OptionError, match="give one of them"):
        goal_of(5, 5)


def test_the_steps_of_a_run_are_its_goals_or_the_chapters():
    assert steps_of({"iterations": 5}, New) == 5
    assert steps_of({"epochs": 5}, New) == 30
    assert steps_of({}, New) == CHAPTER_ITERATIONS
    assert steps_of({}, Begun) == 18


def test_the_rest_is_what_is_not_done():
    assert rest_of({}, Begun, "run", None) == {"iterations": 11}
    assert rest_of({"epochs": 5}, Begun, "run", None) == {"iterations": 23}
    with pytest.raises(OptionError, match="has done 7 iterations of 7: to go on, give a larger"):
        rest_of({"iterations": 7}, Begun, "run", None)


def test_a_run_with_a_schedule_goes_on_to_the_end_of_it_and_no_further():
    assert rest_of({}, Begun, "run", 18) == {"iterations": 11}
    assert rest_of({"epochs": 2}, Begun, "run", 18) == {"iterations": 5}
    with pytest.raises(OptionError) as caught:
        rest_of({"epochs": 4}, Begun, "run", 18)
    assert str(caught.value) == (
        "the schedule of the run in run is for 18 iterations: expected at most as many, got 24; "
        "for more begin another run"
    )


def test_a_run_that_was_cut_off_goes_on_to_the_bit(xpnet_command, small_data, tmp_path):
    checkpoints = "--checkpoint", "run", "--checkpoint-every", 7, "--keep", 9
    whole = *REGULARISED, "--epochs", 3, *checkpoints, "--save", "whole", "--json", "a.json"
    ran = xpnet_command(*small(small_data, *whole))
    assert ran.code == 0, ran.err
    for path in (tmp_path / "run").glob("iteration-*"):
        if path.name > "iteration-000000007.safetensors":
            path.unlink()  # as if the run had ended there
    again = small(small_data, *REGULARISED, "--resume", "run", "--save", "parts")
    ran = xpnet_command(*again, "--json", "b.json")
    assert ran.code == 0, ran.err
    assert "; from iteration 7, of run" in " ".join(ran.out.split())
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "parts").read_bytes()
    a, b = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert [r for r in b["history"] if r["iteration"] != 7] == a["history"]
    for document in (a, b):
        assert document["lr"] == {
            "schedule": "warmup",
            "lr": {"schedule": "cosine", "lr": 0.01, "steps": 18, "end": 0.0},
            "steps": 4,
        }
        assert (document["dropout"], document["batch_norm"]) == (0.3, True)
        assert document["weight_decay"] == 0.01


def test_the_command_does_not_go_on_behind_its_schedule(xpnet_command, small_data):
    options = "--schedule", "step", "--epochs", 1, "--checkpoint", "run"
    assert xpnet_command(*small(small_data, *options)).code == 0
    ran = xpnet_command("train", "--resume", "run", "--epochs", 2)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "the schedule of the run in run is for 6 iterations" in ran.err
