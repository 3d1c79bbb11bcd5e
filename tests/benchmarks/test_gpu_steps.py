from __future__ import annotations

import gpu_steps
import pytest
from gpu_steps import COMPILED, GPU_PEERS, OURS_ON_GPU, compare_gpu_steps

from xpnet.bench import contest, entrants, on_device
from xpnet.bench.contest import NO_DEVICE
from xpnet.bench.cuda import Cuda
from xpnet.bench.peers import Learner, Peer
from xpnet.bench.problems import Problem

SMALL = Problem((784, 6, 10), 100)


def test_every_contender_tells_device_and_precision():
    for name in {**GPU_PEERS, **COMPILED}:
        assert "on cuda, float32" in name or "on cuda, TF32" in name
    assert OURS_ON_GPU.endswith("float32")


def test_without_a_gpu_every_row_says_why_and_nothing_is_set_up(monkeypatch):
    monkeypatch.setattr(contest, "cuda", lambda: Cuda("none", "no CUDA device"))
    peers = {"a peer": Peer("numpy", lambda *_: pytest.fail("set up"))}
    made = compare_gpu_steps(SMALL, 2, {"absent": Peer("not_installed_at_all", None), **peers})
    rows = made.rows(turns=1)
    assert [row.contender for row in rows] == [OURS_ON_GPU, "absent", "a peer"]
    assert [row.note for row in rows][::2] == [NO_DEVICE] * 2
    assert "pip install" in rows[1].note
    made.alone()


@pytest.mark.emulated
def test_an_emulated_device_counts_xpnet_and_leaves_the_others_out(memory_pool):
    peers = {"a peer": Peer("numpy", lambda *_: pytest.fail("set up"))}
    ours, peer = compare_gpu_steps(SMALL, 2, peers).rows(turns=1)
    assert "2 x: 30 launches, 0 copies to" in ours.note
    assert peer.note == entrants.NEEDS_A_GPU


def test_on_a_gpu_ratios_refer_to_xpnet_and_a_failure_stays_alone(monkeypatch):
    """NumPy plays the GPU: its times mean nothing, that there are any does."""
    from xpnet.backends import load_backend, use_backend

    numpy = load_backend("numpy")
    monkeypatch.setattr(contest, "cuda", lambda: Cuda("gpu", "some GPU"))
    monkeypatch.setattr(entrants, "load_backend", lambda name: numpy)
    monkeypatch.setattr(entrants, "use_backend", lambda name: use_backend("numpy"))
    monkeypatch.setattr(on_device, "seconds_by_events", lambda backend, work, turns: [1e-3] * turns)

    def broken(problem, data):
        raise RuntimeError("no kernel image")

    asked = []
    learner = Learner(lambda k: asked.append(k) or 0.5, None)
    peers = {"broken": Peer("numpy", broken), "fine": Peer("numpy", lambda *_: learner)}
    ours, wrong, fine = gpu_steps.compare_gpu_steps(SMALL, 3, peers).rows(turns=2)
    assert ours.seconds
    assert ours.ratio is None
    assert (wrong.seconds, wrong.note) == (None, "failed: RuntimeError: no kernel image")
    assert fine.ratio
    assert fine.device_seconds.median == pytest.approx(1e-3 / 3)
    assert set(asked) == {3}
