"""Predicted steps on many GPUs: their parts, their limits, and that they are called predictions."""

from __future__ import annotations

import pytest
import scaling
from devices import DATA_SHEETS, REPLAY
from interconnects import DGX_H100, Cluster, all_reduce
from operations import backward, captured_step, shared_step
from scaling import CASES, H100, RANKS, figures, step, table

SMALL, LARGE = (784, 50, 10), (784, 4096, 4096, 10)
NO_TIME = Cluster("", 10**6, within=1e30, between=1e30, sources=())


@pytest.fixture
def free_all_reduce(monkeypatch):
    monkeypatch.setattr(scaling, "all_reduce", lambda moved, ranks, cluster: (0.0, "none"))


def test_the_step_of_one_gpu_is_captured():
    one = step(LARGE, 1024, 1)
    assert one.seconds == H100.replayed(captured_step(LARGE, 1024), REPLAY)
    assert (one.all_reduce, one.overlap) == (0, 0)


def test_a_small_step_is_the_least_time_of_its_kernels_and_the_all_reduce():
    several = step(SMALL, 100, 8)
    assert several.seconds == pytest.approx(22 * REPLAY.node + several.all_reduce)


def test_a_large_step_is_the_work_of_the_device_and_the_all_reduce():
    several, work = step(LARGE, 1024, 8), H100.nodes(shared_step(LARGE, 1024), REPLAY)
    parameters = 784 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 10 + 10
    # the loss is summed with the gradients
    assert (several.all_reduce, several.way) == all_reduce(4 * (parameters + 1), 8, DGX_H100)
    assert several.seconds == pytest.approx(work + several.all_reduce)


def test_overlap_saves_the_shorter_of_all_reduce_and_backward():
    long = step(LARGE, 1024, 8)
    assert long.overlap == pytest.approx(long.all_reduce / long.seconds)
    short = step(LARGE, 8, 1024)
    saved = H100.nodes(backward(LARGE, 8), REPLAY)
    assert saved < short.all_reduce
    assert short.overlap == pytest.approx(saved / short.seconds)


def test_an_all_reduce_that_takes_no_time_leaves_steps_alike(free_all_reduce):
    assert step(LARGE, 1024, 2).seconds == step(LARGE, 1024, 1024).seconds


def test_more_gpus_never_make_a_step_of_the_same_rows_shorter():
    for sizes in (SMALL, LARGE):
        times = [step(sizes, 100, ranks).seconds for ranks in RANKS]
        assert times == sorted(times)


def test_a_slower_gpu_takes_longer():
    t4 = DATA_SHEETS[0]
    assert step(LARGE, 1024, 8, gpu=t4).seconds > step(LARGE, 1024, 8).seconds


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.sizes))
class TestTable:
    def test_title_and_every_row_say_that_it_is_a_prediction(self, case):
        title, _, *rows = table(case)
        assert title.startswith("PREDICTION")
        assert "no GPU was measured" in title
        assert all(row.startswith("PREDICTION") for row in rows[: len(RANKS)])

    def test_it_has_a_row_for_each_power_of_two_to_1024(self, case):
        _, _, *rows = table(case)
        shown = [row.split()[1] for row in rows[: len(RANKS)]]
        assert shown == [str(2**k) for k in range(10)] + ["1,024"]

    def test_it_fits_a_terminal_of_80_columns(self, case):
        assert max(map(len, table(case))) <= 80

    def test_one_gpu_is_what_the_others_are_compared_with(self, case):
        first = table(case)[2].split()
        assert first[2:3] + first[5:6] + first[8:9] == ["none", "100%", "1.00"]


def test_cells_are_those_of_the_step():
    _, _, *rows = table(CASES[1])
    cells = rows[3].split()
    weak, strong = step(LARGE, 1024, 8), step(LARGE, 1024, 8)
    assert cells[1:3] == ["8", f"{weak.all_reduce * 1e6:.0f}"]
    assert cells[6:8] == [f"{weak.seconds * 1e3:.2f}", "ms"]
    assert cells[8] == f"{step(LARGE, 1024, 1).seconds / weak.seconds:.0%}"
    assert cells[9:11] == [f"{strong.seconds * 1e3:.2f}", "ms"]
    assert cells[11] == f"{step(LARGE, 8192, 1).seconds / strong.seconds:.2f}"


def test_the_nodes_are_told_below_the_table():
    assert "one launch of a graph of 22 nodes" in table(CASES[0])[-1]


def test_figures_are_printed_with_their_sources():
    text = "\n".join(figures())
    assert "450 GB/s from a GPU within its machine, 400 GB/s from a machine" in text
    assert text.count("https://") == 3


def test_the_script_prints_both_tables(capsys):
    scaling.main()
    out = capsys.readouterr().out
    assert [out.count("-".join(map(str, case.sizes))) for case in CASES] == [1, 1]
