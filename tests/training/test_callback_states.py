"""What callbacks remember goes into the file of a run, each under its own name, and comes back."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import CheckpointError
from xpnet.training import Callback, Trainer
from xpnet.training.callback_states import states_of


class Counter(Callback):
    """Remembers a number and an array."""

    def __init__(self):
        self.count, self.seen = 0, None

    def on_step(self, trainer, loss):
        self.count += 1
        self.seen = trainer.net.params.flat.copy()

    def state(self):
        return {"count": self.count, **({} if self.seen is None else {"seen": self.seen})}

    def restore(self, state):
        self.count, self.seen = state["count"], state.get("seen")


class Duck:
    """A callback that does not inherit, whose `state` is its own affair."""

    state = "idle"

    def on_start(self, trainer, goal): ...
    def on_step(self, trainer, loss): ...
    def on_record(self, trainer, record): ...
    def on_end(self, trainer, history): ...


def test_callbacks_go_on_with_what_they_had(new_trainer, toy, tmp_path):
    first, second = Counter(), Counter()
    trainer = new_trainer(callbacks=[first, Duck(), second])
    trainer.run(iterations=2)
    second.count = 70
    trainer.save(tmp_path)
    made = [Counter(), Counter(), Counter()]
    resumed = Trainer.resume(tmp_path, toy, callbacks=made, progress=False)
    assert [each.count for each in made] == [2, 70, 0]
    np.testing.assert_array_equal(made[1].seen, xpnet.to_numpy(trainer.net.params.flat))
    assert made[2].seen is None
    resumed.run(iterations=1)
    assert [each.count for each in made] == [3, 71, 1]


def test_a_callback_of_another_class_gets_nothing(new_trainer, toy, tmp_path):
    class Other(Counter):
        pass

    trainer = new_trainer(callbacks=[Counter()])
    trainer.run(iterations=2)
    trainer.save(tmp_path)
    other = Other()
    Trainer.resume(tmp_path, toy, callbacks=[other], progress=False)
    assert other.count == 0


def test_who_remembers_nothing_is_not_in_the_file():
    assert states_of([Callback(), Duck()]) == ({}, {})


def test_a_file_without_states_is_read_as_before(new_trainer, toy, tmp_path, monkeypatch):
    trainer = new_trainer(callbacks=[Counter()])
    with monkeypatch.context() as patch:
        patch.setattr("xpnet.training.stored_trainer.run_contents", without("callbacks", "split"))
        trainer.save(tmp_path)
    counter = Counter()
    resumed = Trainer.resume(tmp_path, toy, callbacks=[counter], progress=False)
    resumed.run(iterations=2)
    assert counter.count == 2


def without(*names):
    """What writes a run as an earlier version did, without these."""
    from xpnet.training.stored_run import run_contents

    def write(*args, **rest):
        arrays, document = run_contents(*args, **rest)
        for name in names:
            del document["run"][name]
        return arrays, document

    return write


@pytest.mark.parametrize("callbacks", [[], {"Counter": 3}])
def test_states_of_another_kind_are_refused(new_trainer, toy, tmp_path, monkeypatch, callbacks):
    from xpnet.training.stored_run import StoredRun

    trainer = new_trainer(callbacks=[Counter()])
    trainer.save(tmp_path)
    run = StoredRun(tmp_path)
    run.run.values["callbacks"] = callbacks
    monkeypatch.setattr("xpnet.training.stored_trainer.StoredRun", lambda path: run)
    with pytest.raises(CheckpointError, match=r"expected .* to be names and values"):
        Trainer.resume(tmp_path, toy, callbacks=[Counter()])


def test_a_state_that_json_does_not_have_writes_nothing(new_trainer, tmp_path):
    class Wrong(Callback):
        def state(self):
            return {"when": {1, 2}}

    with pytest.raises(CheckpointError, match="expected values that JSON has"):
        new_trainer(callbacks=[Wrong()]).save(tmp_path)
    assert list(tmp_path.iterdir()) == []
