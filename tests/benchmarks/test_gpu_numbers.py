from __future__ import annotations

import json
from dataclasses import replace

import gpu_numbers
import pytest
from gpu_numbers import Part, run_parts, whole_plan
from gpu_steps import COMPILED
from publishing.reading import results_of

from xpnet.bench import Benchmark, Result


class OneResult(Benchmark):
    """Which keeps what it was asked for."""

    def results(self, turns, *, timed, warm):
        asked.append((self.work, turns, timed, warm))
        return [row(self.work)]


asked = []


def row(work):
    return Result("steps", work, "ours")


def part(work, seconds=1.0, make=None):
    return Part("steps", work, "ours", make or (lambda: OneResult("steps", work)), 3, seconds)


@pytest.fixture(autouse=True)
def _nobody_asked():
    asked.clear()


def test_each_part_is_kept_as_soon_as_it_is_over():
    kept = []
    parts = [part("a"), replace(part("b"), warm=False)]
    assert run_parts(parts, True, lambda: 9.0, lambda rows: kept.append((rows, len(asked))))
    assert kept == [([row("a")], 1), ([row("b")], 2)]
    assert asked == [("a", 3, True, True), ("b", 3, True, False)]


def test_what_the_time_does_not_suffice_for_is_left_out_and_says_so():
    kept = []
    assert run_parts([part("long", 40.0), part("short", 4.0)], False, lambda: 9.0, kept.extend)
    assert [one.note for one in kept] == ["left out: 9 s were left, it may take 40 s", ""]
    assert [work for work, *_ in asked] == ["short"]


def test_a_part_that_fails_has_a_result_and_the_others_run(capsys):
    def broken():
        raise RuntimeError("no kernel image")

    kept = []
    assert not run_parts([part("bad", make=broken), part("good")], True, lambda: 9.0, kept.extend)
    assert [one.note for one in kept] == ["failed: RuntimeError: no kernel image", ""]
    assert "Traceback" in capsys.readouterr().err


class XpnetFailed(Benchmark):
    def results(self, turns, *, timed, warm):
        return [Result("steps", "a", case, note="failed: CaptureError") for case in self.names]


@pytest.mark.parametrize(
    ("names", "whole"),
    [(["PyTorch eager on cuda, float32"], True), (["xpnet on cupy, captured, float32"], False)],
)
def test_a_failure_of_xpnets_own_is_told_and_one_of_another_library_is_not(names, whole):
    benchmark, kept = XpnetFailed("steps", "a"), []
    benchmark.names = names
    assert run_parts([part("a", make=lambda: benchmark)], True, lambda: 9.0, kept.extend) is whole
    assert [one.case for one in kept] == names


def test_the_plan_begins_with_the_chapters_step_and_ends_with_what_compiles_long():
    plan = whole_plan()
    assert plan[0].work == "784-50-10, batch 100"
    assert [one.make.args[2] for one in plan[-2:]] == [COMPILED] * 2
    assert len({(one.table, one.work) for one in plan}) == len(plan) - 2  # compiled apart


def test_without_a_gpu_results_say_why_and_are_on_disk(tmp_path):
    if gpu_numbers.cuda_device().kind == "gpu":
        pytest.skip("here is a GPU: this would take minutes")
    assert gpu_numbers.main([str(tmp_path)]) == 0
    document = json.loads((tmp_path / "numbers.json").read_text())
    results = results_of(document, "numbers.json")
    assert {one.seconds for one in results.rows} == {None}
    assert results.rows[0].case == "xpnet on cupy, captured, float32"
    assert "PyTorch compiled on cuda, float32" in (tmp_path / "numbers.txt").read_text()
