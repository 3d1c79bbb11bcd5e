"""Ranks begin alike, and a difference between them ends the run with their names."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.distributed.alone import Alone
from xpnet.errors import DistributedError, OptionError
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.optimizers.schedules import cosine
from xpnet.training import Callback, Checkpoint, Trainer
from xpnet.training.ranks import check_alike, digest

from .ranks import on_ranks

X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
T = (X[:, 0] > 0).astype(int)


def new_trainer(comm, net=None, optimizer=None, train=(X, T), **options):
    net = net or TwoLayerNet(3, 4, 2, seed=0)
    options = {"batch_size": 6, "progress": False, "comm": comm, **options}
    return Trainer(net, optimizer or SGD(lr=0.1), train, **options)


def host(array):
    return np.array(xpnet.to_numpy(array))


def test_all_ranks_begin_with_the_network_of_rank_0(backend):
    def begun(comm):
        net = MultiLayerNet(3, [4], 2, batch_norm=True, seed=comm.rank)
        net["BatchNorm1"].running_mean = net["BatchNorm1"].running_mean + comm.rank
        return new_trainer(comm, net).net

    first, *others = on_ranks(3, begun)
    alone = MultiLayerNet(3, [4], 2, batch_norm=True, seed=0)
    np.testing.assert_array_equal(host(first.params.flat), host(alone.params.flat))
    assert {digest(net) for net in others} == {digest(first)}


@pytest.mark.parametrize("seeds", [(0, 1), (None, None), "generators"])
def test_all_ranks_draw_the_batches_of_rank_0(seeds):
    if seeds == "generators":
        seeds = [np.random.default_rng(7), np.random.default_rng(8)]

    def order(comm):
        trainer = new_trainer(comm, seed=seeds[comm.rank], validation=0.2)
        return trainer.split.held.tolist(), trainer.batches.order(3, "numpy").tolist()

    first, second = on_ranks(2, order)
    assert first == second


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"batch_size": 5}, "batch_size is 6 on rank 0, 5 on rank 1"),
        ({"clip_norm": 1.0}, "clip_norm is null on rank 0, 1.0 on rank 1"),
        ({"scale": 0.5}, "scale is null on rank 0, 0.5 on rank 1"),
        ({"replacement": True}, "replacement is false on rank 0, true on rank 1"),
        ({"accumulate": 2}, "accumulate is 1 on rank 0, 2 on rank 1"),
        ({"train": (X + 1, T)}, "train is "),
        ({"test": (X, T)}, "test is null on rank 0"),
        ({"optimizer": Adam(lr=0.1)}, 'optimizer is "SGD" on rank 0, "Adam" on rank 1'),
        ({"optimizer": SGD(lr=0.2)}, 'lr is "0.1" on rank 0, "0.2" on rank 1'),
        ({"optimizer": SGD(lr=cosine(0.1, 9))}, 'lr is "0.1" on rank 0, "cosine'),
        ({"net": TwoLayerNet(3, 5, 2)}, "parameters is "),
        ({"net": TwoLayerNet(3, 4, 2, dtype="float64")}, 'dtype is "float32" on rank 0'),
        ({"net": MultiLayerNet(3, [4], 2, activation="tanh")}, "layers is "),
    ],
)
def test_ranks_that_are_to_do_something_else_are_refused_on_all(changed, says):
    def made(comm):
        with pytest.raises(DistributedError) as raised:
            new_trainer(comm, **(changed if comm.rank else {}))
        return str(raised.value)

    messages = on_ranks(2, made)
    assert messages[0] == messages[1]
    assert messages[0].startswith(f"Trainer: {says}")
    assert messages[0].endswith("start every rank with the same options")


def test_other_goals_are_refused_on_all():
    def run(comm):
        trainer = new_trainer(comm)
        with pytest.raises(DistributedError, match="run: to iteration is 5 on rank 0, 6 on rank 1"):
            trainer.run(iterations=5 + comm.rank)
        return trainer.iteration

    assert on_ranks(2, run) == [0, 0]


def test_a_rank_whose_parameters_changed_is_named_when_it_is_evaluated(backend):
    class Damage(Callback):
        def on_step(self, trainer, loss):
            if trainer.comm.rank == 1 and trainer.iteration == 5:
                trainer.net.params.flat[3] += 1e-6

    def run(comm):
        trainer = new_trainer(comm, callbacks=[Damage()])
        with pytest.raises(DistributedError, match="the parameters of rank 1 differ") as raised:
            trainer.run(epochs=9)
        return raised.value.alike, trainer.iteration

    assert on_ranks(3, run) == [(True, 8)] * 3


def test_other_buffers_are_a_difference_too():
    def check(comm):
        net = MultiLayerNet(3, [4], 2, dropout=0.5, seed=0)
        net["Dropout1"].steps += comm.rank == 2
        with pytest.raises(DistributedError, match="the parameters of rank 2 differ"):
            check_alike(comm, net)
        return True

    assert all(on_ranks(3, check))


def test_a_stop_of_one_rank_ends_the_run_of_all_at_its_next_record():
    class Stop(Callback):
        def on_step(self, trainer, loss):
            if trainer.comm.rank == 1 and trainer.iteration == 6:
                trainer.stop()

    def run(comm):
        trainer = new_trainer(comm, callbacks=[Stop()])
        trainer.run(epochs=9)
        return trainer.iteration, trainer.run(epochs=1) and trainer.iteration

    assert on_ranks(2, run) == [(8, 12)] * 2


def test_rank_0_alone_prints(capsys):
    on_ranks(3, lambda comm: new_trainer(comm, progress=None).run(epochs=2))
    assert capsys.readouterr().out.count("epoch   2") == 1


@pytest.mark.parametrize("then", [1, 2, 3])
def test_a_checkpoint_of_two_ranks_is_one_file_and_goes_on_with_any_number(tmp_path, then):
    def first(comm):
        trainer = new_trainer(comm, optimizer=Adam(0.01), callbacks=[Checkpoint(tmp_path)])
        trainer.run(iterations=7)
        return trainer.checkpoint

    def rest(comm):
        trainer = Trainer.resume(tmp_path, (X, T), comm=comm, progress=False)
        trainer.run(iterations=6)
        return trainer

    paths = on_ranks(2, first)
    assert paths == [tmp_path / "iteration-000000007.safetensors"] * 2
    assert len(list(tmp_path.iterdir())) == 2
    whole = new_trainer(None, optimizer=Adam(0.01))
    whole.run(iterations=13)
    for trainer in on_ranks(then, rest):
        np.testing.assert_allclose(
            host(trainer.net.params.flat), host(whole.net.params.flat), rtol=1e-4, atol=1e-6
        )
        np.testing.assert_allclose(trainer.history.losses, whole.history.losses, rtol=1e-5)


def test_a_nan_on_one_rank_is_found_by_all():
    def run(comm):
        trainer = new_trainer(comm)
        forward = trainer.net["Affine1"].forward
        if comm.rank == 1:
            trainer.net["Affine1"].forward = lambda x: forward(x) * float("nan")
        with pytest.raises(xpnet.errors.NonFiniteLossError) as raised:
            trainer.run(epochs=3)
        return raised.value.iteration

    assert on_ranks(2, run) == [1, 1]


def test_ctrl_c_on_one_rank_is_raised_after_its_callbacks_have_ended(tmp_path):
    class Press(Callback):
        def on_step(self, trainer, loss):
            if trainer.comm.is_main and trainer.iteration == 5:
                raise KeyboardInterrupt

    def run(comm):
        callbacks = [Press(), Checkpoint(tmp_path)]
        new_trainer(comm, callbacks=callbacks).run(epochs=9)

    with pytest.raises(KeyboardInterrupt):
        on_ranks(2, run)
    assert Trainer.resume(tmp_path, (X, T), progress=False).iteration == 5


def test_another_communicator_is_refused():
    assert isinstance(new_trainer(None).comm, Alone)
    with pytest.raises(OptionError, match=r"comm: expected a communicator, as .*init\(\)"):
        new_trainer("mpi")
