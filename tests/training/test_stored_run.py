"""What a checkpoint says of a run is checked before anything goes on with it."""

import json

import numpy as np
import pytest

from xpnet.checkpoints import Document, TensorFile
from xpnet.errors import CheckpointError, DataError
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.training.data import fingerprint
from xpnet.training.stored_run import StoredRun

DATA = np.arange(12.0).reshape(4, 3), np.array([0, 1, 0, 1])


@pytest.fixture
def folder(new_trainer, tmp_path):
    """With the checkpoint of a run that has done five steps."""
    trainer = new_trainer(optimizer=Adam(lr=0.01))
    trainer.run(iterations=5)
    trainer.save(tmp_path)
    return tmp_path


def changed(folder, **values):
    """The run in the folder, with other values in it."""
    run = StoredRun(folder)
    run.run.values.update(values)
    return run


def test_a_run_is_read_from_its_folder_or_its_file(folder):
    (path,) = folder.iterdir()
    for given in (folder, path, str(folder)):
        assert StoredRun(given).path == path


def test_a_network_alone_is_no_run(tmp_path):
    TwoLayerNet(2, 3, 2).save(tmp_path / "net")
    with pytest.raises(CheckpointError, match="the checkpoint of a run, got a network alone"):
        StoredRun(tmp_path / "net")


def test_a_network_that_is_given_must_be_alike(folder):
    run, net = StoredRun(folder), TwoLayerNet(2, 8, 2)
    assert run.network(net, None) is net
    with pytest.raises(CheckpointError, match="Affine -> Sigmoid"):
        run.network(MultiLayerNet(2, [8], 2, activation="sigmoid"), None)


def test_an_optimizer_that_is_given_must_be_alike(folder):
    run, optimizer = StoredRun(folder), Adam(lr=0.01)
    assert run.optimizer(optimizer) is optimizer
    assert run.optimizer(None).options() == optimizer.options()
    with pytest.raises(CheckpointError, match="expected Adam, got SGD"):
        run.optimizer(SGD())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            (DATA[0][:3], DATA[1][:3]),
            r"train: expected x to have shape \[4, 3\], as the run's, got",
        ),
        ((DATA[0].astype("float32"), DATA[1]), "x to have dtype 'float64', as the run's, got"),
        ((DATA[0] + 1, DATA[1]), "train: expected x to have crc32"),
        ((DATA[0], 1 - DATA[1]), "train: expected t to have crc32"),
        ((DATA[0][::-1], DATA[1]), "train: expected x to have crc32"),
        (None, "expected a train set, as the run had it, got none"),
    ],
)
def test_other_data_are_refused_by_name(data, words):
    run = StoredRun.__new__(StoredRun)
    run.run = Document(json.loads(json.dumps({"train": fingerprint(DATA)})), "run")
    run.check_data("train", DATA)
    with pytest.raises(CheckpointError, match=words):
        run.check_data("train", data)


def test_a_test_set_that_the_run_had_not_is_refused(folder):
    run = StoredRun(folder)
    run.check_data("test", None)
    with pytest.raises(CheckpointError, match="expected no test set, as the run had it, got one"):
        run.check_data("test", DATA)


def test_what_is_no_pair_is_refused(folder):
    with pytest.raises(DataError, match="expected a pair"):
        StoredRun(folder).check_data("train", DATA[0])


def test_the_options_are_those_of_the_trainer(folder):
    assert StoredRun(folder).options(60) == {
        "batch_size": 20,
        "scale": None,
        "clip_norm": None,
        "replacement": False,
        "threads": None,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"batch_size": 0},
        {"batch_size": 61},
        {"scale": "1"},
        {"clip_norm": 0},
        {"clip_norm": "1"},
        {"replacement": 1},
        {"threads": -1},
        {"batch_size": None},
    ],
)
def test_options_that_cannot_be_are_refused(folder, change):
    with pytest.raises(CheckpointError, match="expected"):
        changed(folder, **change).options(60)


@pytest.mark.parametrize(
    "change",
    [
        {"iteration": -1},
        {"batches": {}},
        {"owed": None},
        {"last_is_early": "no"},
        {"history": {}},
        {"history": {"losses": 6, "records": []}},
        {"optimizer": {"class": "Adam", "state": ["m"], "steps": 5}},
    ],
)
def test_a_state_that_cannot_be_changes_nothing(folder, new_trainer, change):
    trainer = new_trainer(optimizer=Adam(lr=0.01))
    before = trainer.net.params.copy()
    with pytest.raises(CheckpointError, match="expected"):
        changed(folder, **change).restore(trainer, trainer._recorder)
    assert trainer.iteration == trainer.optimizer.steps == len(trainer.history.losses) == 0
    assert bool((trainer.net.params.flat == before.flat).all())


def test_a_file_is_a_network_too(folder, new_net):
    run = StoredRun(folder)
    assert isinstance(run.file, TensorFile)
    net = new_net(seed=1)
    net.load_weights(run.path)
    assert run.file.arrays["W1"].tolist() == net.params["W1"].tolist()
