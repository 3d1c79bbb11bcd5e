import pytest

from xpnet.errors import MissingExtraError, OptionError
from xpnet.training import Checkpoint, Trainer
from xpnet.training.tensorboard import TensorBoard


def read(folder):
    """What TensorBoard's own reader finds: for each tag, steps and values."""
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="reading needs the extra 'tensorboard'",
    )
    found = reader.EventAccumulator(str(folder), size_guidance={reader.SCALARS: 0}).Reload()
    return {
        tag: [(event.step, event.value) for event in found.Scalars(tag)]
        for tag in found.Tags()["scalars"]
    }


def test_every_loss_and_every_record_is_read_back(new_trainer, toy, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    history = new_trainer(test=toy, callbacks=[TensorBoard(tmp_path)]).run(epochs=3)
    found = read(tmp_path)
    assert [step for step, _ in found["loss"]] == list(range(1, 10))
    assert [loss for _, loss in found["loss"]] == pytest.approx(history.losses)
    for name in ("train", "test"):
        values = [(r.iteration, getattr(r, f"{name}_accuracy")) for r in history]
        assert found[f"accuracy/{name}"] == [(s, pytest.approx(v)) for s, v in values]
    assert all(speed > 0 for _, speed in found["steps a second"])


def test_what_was_found_on_the_validation_set_is_read_back(new_trainer, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    history = new_trainer(validation=0.2, callbacks=[TensorBoard(tmp_path)]).run(epochs=2)
    found = read(tmp_path)
    for name in ("loss", "accuracy"):
        values = [(r.iteration, getattr(r, f"validation_{name}")) for r in history]
        assert found[f"{name}/validation"] == [(s, pytest.approx(v)) for s, v in values]
    assert "accuracy/test" not in found


def test_runs_of_one_trainer_go_on_in_one_file(new_trainer, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    trainer = new_trainer(callbacks=[TensorBoard(tmp_path)])
    trainer.run(iterations=2)
    trainer.run(iterations=3)
    assert [step for step, _ in read(tmp_path)["loss"]] == [1, 2, 3, 4, 5]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_resumed_run_doubles_no_step(new_trainer, toy, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    folder, board = tmp_path / "run", tmp_path / "board"
    trainer = new_trainer(callbacks=[Checkpoint(folder, every=4, keep=9), TensorBoard(board)])
    trainer.run(iterations=7)
    kept = folder / "iteration-000000004.safetensors"
    Trainer.resume(kept, toy, callbacks=[TensorBoard(board)], progress=False).run(iterations=6)
    assert [step for step, _ in read(board)["loss"]] == list(range(1, 11))


def test_losses_in_a_checkpoint_are_written_before_the_next_record(new_trainer, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    board, seen = TensorBoard(tmp_path / "board"), []
    checkpoint = Checkpoint(tmp_path / "run", every=2)
    watched = board.on_step
    board.on_step = lambda trainer, loss: (
        watched(trainer, loss),
        seen.append(len(read(tmp_path / "board").get("loss", []))),
    )
    new_trainer(callbacks=[checkpoint, board]).run(iterations=3)
    assert seen == [0, 2, 2]


def test_a_folder_that_cannot_be_made_is_refused_before_the_first_step(new_trainer, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    (tmp_path / "file").touch()
    trainer = new_trainer(callbacks=[TensorBoard(tmp_path / "file")])
    with pytest.raises(OptionError, match="file cannot be written"):
        trainer.run(iterations=1)
    assert trainer.iteration == 0


def test_without_tensorboard_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'xpnet\[tensorboard\]'"):
        TensorBoard("board")
