"""The least time of operations: a CPU's parts add up, a GPU's overlap, and figures have sources."""

from __future__ import annotations

import pytest
from ceilings import Ceilings
from devices import DATA_SHEETS, Device, Replay
from operations import Operation

CEILINGS = Ceilings(product=1e9, copies={0: 1e9})
WORK = [Operation("arithmetic", 2_000_000, 1), Operation("traffic", 1, 3_000_000, launches=3)]


def device(launch, overlaps):
    return Device("a device", CEILINGS, launch, overlaps, "a test")


def test_a_cpu_works_and_calls_by_turns():
    assert device(1e-3, overlaps=False).least(WORK) == pytest.approx(5e-3 + 4e-3)


@pytest.mark.parametrize(("launch", "least"), [(1e-3, 5e-3), (2e-3, 8e-3)])
def test_on_a_gpu_the_slower_of_host_and_device_decides(launch, least):
    assert device(launch, overlaps=True).least(WORK) == pytest.approx(least)


@pytest.mark.parametrize(
    ("launch", "node", "least"),
    [(0, 0, 5e-3), (6e-3, 0, 6e-3), (0, 2.5e-3, 5.5e-3), (0, 4e-3, 8e-3)],
)
def test_a_replay_takes_its_host_or_its_kernels_none_of_which_is_too_short(launch, node, least):
    replay = Replay(launch, node, ())
    assert device(1, overlaps=True).replayed(WORK, replay) == pytest.approx(least)


@pytest.mark.parametrize("sheet", DATA_SHEETS, ids=lambda sheet: sheet.name)
def test_every_data_sheet_is_nvidias_and_has_an_address(sheet):
    assert sheet.source.startswith("NVIDIA")
    assert ".nvidia.com/" in sheet.source
    assert sheet.overlaps


def test_data_sheets_are_told_in_flops_and_bytes_a_second():
    t4 = DATA_SHEETS[0]
    assert (t4.ceilings.product, t4.ceilings.copies) == (8.1e12, {0: 300e9})
