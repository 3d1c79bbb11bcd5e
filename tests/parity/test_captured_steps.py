"""Captured steps are among the checks where a backend captures, and why not where it does not."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import CaptureError
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.optimizers import Adam
from xpnet.parity import certify
from xpnet.training.captured_step import CapturedStep


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(60, 5)), rng.integers(0, 3, 60)


@pytest.fixture
def certificate(backend, data):
    def make(net=None):
        net = net or TwoLayerNet(5, 4, 3, weight_init_std="he", seed=0)
        names = "numpy", backend.name
        return certify(net, data, names, optimizer=Adam(), steps=3, batch_size=20)

    return make


def captured(certificate):
    return [check for check in certificate if check.name.startswith("captured")]


def test_loss_parameters_and_state_of_replays_are_held_to_those_of_plain_steps(
    capturing, certificate
):
    made = certificate()
    assert made.passed, str(made)
    assert made.uncaptured is None
    names = {check.name for check in captured(made)}
    assert {
        "captured loss",
        "captured W1",
        "captured b2",
        "captured m W1",
        "captured v b1",
    } <= names
    assert all(len(check.differences) == 3 for check in captured(made))
    assert {found.bound for check in captured(made) for found in check.differences} == {0}


def test_buffers_of_replays_are_held_to_those_of_plain_steps(capturing, certificate):
    made = certificate(MultiLayerNet(5, [4], 3, batch_norm=True, dropout=0.3, seed=0))
    assert made.passed, str(made)
    assert {
        "captured buffer BatchNorm1.running_mean",
        "captured buffer BatchNorm1.running_var",
        "captured buffer Dropout1.steps",
    } <= {check.name for check in captured(made)}


def test_a_replay_that_differs_in_one_bit_fails(capturing, certificate, monkeypatch):
    replay = CapturedStep.replay

    def wrong(step):
        replay(step)
        weights = step._net.params["W2"]
        weights[...] = weights * (1 + 2**-23)

    monkeypatch.setattr(CapturedStep, "replay", wrong)
    made = certificate()
    assert not made.passed
    assert "captured" in made.first_failure


def test_a_backend_that_captures_nothing_is_named(certificate, backend):
    if type(backend).capture is not Backend.capture:
        pytest.skip("this backend captures")
    made = certificate()
    assert made.passed
    assert captured(made) == []
    reason = f"captured steps are not checked: the backend {backend.name!r} cannot capture"
    assert reason in str(made)


def test_a_capture_that_fails_is_told(capturing, certificate, monkeypatch):
    def fail(backend, body):
        body()
        raise CaptureError("not while capturing")

    monkeypatch.setattr(type(xpnet.get_backend()), "capture", fail)
    assert "not while capturing" in str(certificate())
