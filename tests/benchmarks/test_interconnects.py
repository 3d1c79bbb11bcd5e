"""The time of an all-reduce: values done by hand, limits, and what NCCL would choose."""

from __future__ import annotations

from itertools import pairwise

import interconnects
import pytest
from interconnects import DGX_H100, PROTOCOLS, SOURCES, Cluster, RingAndTree, all_reduce, ring, tree

RANKS = [2**k for k in range(1, 11)]


@pytest.mark.parametrize(
    ("ranks", "seconds"),
    [
        (1, 0),
        (2, 2 * 1 + 1 * 100 / 10),  # two steps, each of half the array
        (4, 6 * 1 + 1.5 * 100 / 10),  # six steps, each of a quarter
        (5, 8 * 1 + 1.6 * 100 / 10),
    ],
)
def test_a_ring_takes_steps_of_a_piece_each(ranks, seconds):
    assert ring(100, ranks, latency=1, bandwidth=10) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("ranks", "seconds"),
    [(2, 2 + 20), (4, 4 + 20), (5, 6 + 20), (8, 6 + 20), (1024, 20 + 20)],
)
def test_a_tree_goes_up_and_comes_down_with_all_bytes_both_ways(ranks, seconds):
    assert tree(100, ranks, latency=1, bandwidth=10) == seconds


def test_without_latency_a_ring_is_never_slower_and_both_come_to_twice_the_bytes():
    for ranks in RANKS:
        assert ring(100, ranks, 0, 10) < tree(100, ranks, 0, 10) == 20
    assert ring(100, 10**6, 0, 10) == pytest.approx(20)


def test_without_bytes_only_the_steps_count_which_a_ring_has_more_of():
    assert ring(0, 2, 1, 10) == tree(0, 2, 1, 10) == 2
    for ranks in RANKS[1:]:
        assert ring(0, ranks, 1, 10) > tree(0, ranks, 1, 10)


@pytest.mark.parametrize("way", [ring, tree])
def test_more_ranks_more_bytes_and_less_bandwidth_take_longer(way):
    times = [way(100, ranks, 1, 10) for ranks in RANKS]
    assert all(shorter < longer for shorter, longer in pairwise(times))
    assert way(101, 8, 1, 10) > way(100, 8, 1, 10) > way(100, 8, 1, 11)
    assert way(100, 8, 2, 10) > way(100, 8, 1, 10)


def test_one_rank_has_nothing_to_sum():
    assert all_reduce(10**9, 1, DGX_H100) == (0, "")


def test_machines_are_filled_one_after_the_other():
    assert [DGX_H100.machines(ranks) for ranks in (1, 8, 9, 16, 1024)] == [1, 1, 2, 2, 128]
    assert [DGX_H100.bandwidth(ranks) for ranks in (8, 9)] == [450e9, 400e9]


def test_adapters_faster_than_the_link_of_a_gpu_do_not_make_it_faster():
    assert Cluster("", 8, within=1e9, between=2e9, sources=()).bandwidth(16) == 1e9


class TestWithOneProtocol:
    """Whose figures are whole numbers, on machines of two GPUs, of 10 and of 5 bytes a second."""

    CLUSTER = Cluster("", 2, within=10, between=5, sources=())

    @pytest.fixture(autouse=True)
    def _protocol(self, monkeypatch):
        calls, within, between = RingAndTree(100, 1000), RingAndTree(1, 2), RingAndTree(30, 40)
        self.protocol = interconnects.Protocol("P", calls, within, between, share=0.5)
        monkeypatch.setattr(interconnects, "PROTOCOLS", (self.protocol,))

    def test_a_ring_within_a_machine(self):
        # 2 steps of 1, and once the bytes
        assert all_reduce(50, 2, self.CLUSTER) == (pytest.approx(100 + 2 + 50 / 5), "ring P")

    def test_a_ring_through_two_machines_crosses_four_times(self):
        # 4 of 6 steps lie between machines, and 1.5 times the bytes
        seconds = 100 + 2 * 1 + 4 * 30 + 1.5 * 50 / 2.5
        assert all_reduce(50, 4, self.CLUSTER) == (pytest.approx(seconds), "ring P")

    def test_a_tree_of_machines_has_a_chain_in_each(self, monkeypatch):
        # 8 machines: 3 steps up, 3 down; 1 step of a chain up, 1 down; and twice the bytes
        monkeypatch.setattr(interconnects, "PROTOCOLS", (quick_trees(self.protocol),))
        seconds = 2 * 1 * 2 + 6 * 40 + 2 * 50 / 2.5
        assert all_reduce(50, 16, self.CLUSTER) == (pytest.approx(seconds), "tree P")

    def test_on_one_machine_a_tree_is_a_chain(self, monkeypatch):
        monkeypatch.setattr(interconnects, "PROTOCOLS", (quick_trees(self.protocol),))
        assert all_reduce(50, 2, self.CLUSTER) == (2 * 2 + 2 * 50 / 5, "tree P")


def quick_trees(protocol):
    """The protocol, with a call of a tree that takes no time."""
    one = protocol
    return interconnects.Protocol(
        one.name, RingAndTree(1000, 0), one.within, one.between, one.share
    )


@pytest.mark.parametrize(
    ("moved", "ranks", "microseconds", "way"),
    [
        # 6.6 + 2 * 0.6 + 9,000 / 112,500
        (9_000, 2, 7.88, "ring LL"),
        # 8.4 + 14 * 3.4 + 1.75 * 450,000,000 / 450,000
        (450_000_000, 8, 1806, "ring Simple"),
        # 6.8 + 14 * 0.6 + 14 * 5 + 2 * 10,000 / 100,000
        (10_000, 1024, 85.4, "tree LL"),
        # 14 + 14 * 1.25 + 14 * 8.5 + 2 * 92,000,000 / 368,000
        (92_000_000, 1024, 650.5, "tree LL128"),
    ],
)
def test_what_nccl_would_choose(moved, ranks, microseconds, way):
    assert all_reduce(moved, ranks, DGX_H100) == (pytest.approx(microseconds * 1e-6), way)


def test_more_gpus_and_more_bytes_never_take_less():
    for ranks in RANKS:
        times = [all_reduce(10**k, ranks, DGX_H100)[0] for k in range(3, 10)]
        assert all(shorter < longer for shorter, longer in pairwise(times))
    for moved in (10**3, 10**6, 10**9):
        times = [all_reduce(moved, ranks, DGX_H100)[0] for ranks in RANKS]
        assert all(shorter < longer for shorter, longer in pairwise(times))


def test_a_protocol_with_more_bandwidth_starts_later():
    quick, *_, full = PROTOCOLS
    assert (quick.share, full.share) == (0.25, 1)
    assert quick.within.ring < full.within.ring


def test_every_figure_has_a_source():
    assert sum("https://" in source for source in DGX_H100.sources) == 2
    assert "https://github.com/NVIDIA/nccl/" in SOURCES[-1]
