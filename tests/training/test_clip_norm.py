"""Trainer(clip_norm=): PyTorch's numbers, the same bits captured and plain, resumed as it was."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.training import Trainer

LIMIT = 0.05


def norm(trainer):
    return float(np.linalg.norm(xpnet.to_numpy(trainer.net.grads.flat).astype("float64")))


@pytest.mark.parametrize("capture", [False, None])
def test_no_step_has_a_larger_norm(new_trainer, capture):
    free = new_trainer(capture=capture)
    clipped = new_trainer(capture=capture, clip_norm=LIMIT)
    for _ in range(4):
        for trainer in (free, clipped):
            trainer.run(iterations=1)
        assert norm(clipped) == pytest.approx(LIMIT, rel=1e-4)
        assert norm(free) > LIMIT


def test_a_limit_that_is_not_reached_changes_no_bit(new_trainer):
    free, clipped = new_trainer(), new_trainer(clip_norm=1e6)
    for trainer in (free, clipped):
        trainer.run(epochs=2)
    assert clipped.history.losses == free.history.losses


def test_50_steps_lead_where_pytorch_goes(toy):
    torch = pytest.importorskip("torch", reason="the steps are held against PyTorch's")
    net = TwoLayerNet(2, 8, 2, weight_init_std="he", seed=0, dtype="float64")
    params = {name: torch.tensor(xpnet.to_numpy(a)) for name, a in net.params.items()}
    for p in params.values():
        p.requires_grad_(True)
    optimizer = torch.optim.SGD(params.values(), lr=0.5)
    x, t = (torch.tensor(xpnet.to_numpy(part)) for part in toy)
    trainer = Trainer(net, SGD(lr=0.5), toy, batch_size=20, progress=False, clip_norm=LIMIT)
    for iteration in range(50):
        rows = xpnet.to_numpy(trainer.batches.at(iteration, net.backend.name))
        hidden = torch.relu(x[rows].double() @ params["W1"] + params["b1"])
        scores = hidden @ params["W2"] + params["b2"]
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(scores, t[rows]).backward()
        torch.nn.utils.clip_grad_norm_(params.values(), LIMIT)
        optimizer.step()
        trainer.step()
    for name, p in params.items():
        found = xpnet.to_numpy(net.params[name])
        np.testing.assert_allclose(found, p.detach().numpy(), rtol=1e-12, atol=1e-12)


def test_it_captures_what_the_plain_step_does(new_trainer):
    plain = new_trainer(capture=False, clip_norm=LIMIT, optimizer=Adam())
    other = new_trainer(clip_norm=LIMIT, optimizer=Adam())
    for trainer in (plain, other):
        trainer.run(epochs=3)
    assert other.history.losses == plain.history.losses
    np.testing.assert_array_equal(
        xpnet.to_numpy(other.net.params.flat), xpnet.to_numpy(plain.net.params.flat)
    )


@pytest.mark.parametrize("changed", [1e-3, None])
def test_a_limit_that_changes_takes_effect(new_trainer, changed):
    trainer = new_trainer(clip_norm=LIMIT)
    trainer.run(epochs=2)
    trainer.clip_norm = changed
    trainer.run(iterations=1)
    assert norm(trainer) > LIMIT if changed is None else norm(trainer) <= changed


def test_a_run_goes_on_with_it(new_trainer, toy, tmp_path):
    whole, part = new_trainer(clip_norm=LIMIT), new_trainer(clip_norm=LIMIT)
    whole.run(iterations=7)
    part.run(iterations=4)
    part.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, progress=False)
    assert resumed.clip_norm == LIMIT
    resumed.run(iterations=3)
    assert resumed.history.losses == whole.history.losses


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "1", True])
def test_what_is_no_limit_is_refused(new_trainer, value):
    with pytest.raises(OptionError, match=r"^clip_norm: expected a number above 0, got"):
        new_trainer(clip_norm=value)
