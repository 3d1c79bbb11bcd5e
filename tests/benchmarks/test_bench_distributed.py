from types import SimpleNamespace

import bench_distributed
import pytest
from bench_distributed import REST, rows_of
from mpi_job import obstacle
from problems import CHAPTER
from ranked_steps import ALL_REDUCE, BACKPROP, FORWARD, ONE, STRONG, WEAK, in_parts

SECONDS = {
    ONE: [10.0, 20.0, 30.0],
    in_parts(ONE): [20.0, 40.0, 60.0],
    STRONG: [8.0, 16.0, 24.0],
    in_parts(STRONG): [16.0, 32.0, 48.0],
    WEAK: [20.0, 40.0, 60.0],
    FORWARD: [1.0, 2.0, 3.0],
    BACKPROP: [5.0, 10.0, 15.0],
    ALL_REDUCE: [2.0, 4.0, 6.0],
}


def fixture(enabled):
    return SimpleNamespace(enabled=enabled, pedantic=lambda work, arguments: work(*arguments))


@pytest.fixture
def asked(monkeypatch):
    """What jobs are asked for, each of which has taken `SECONDS`."""
    jobs = []
    monkeypatch.setattr(
        bench_distributed, "seconds_of", lambda *given: jobs.append(given) or SECONDS
    )
    return jobs


def by_case(rows):
    return {row.case: row for row in rows}


def test_two_ranks_are_compared_with_one_turn_by_turn():
    rows = by_case(rows_of(CHAPTER, SECONDS))
    assert (rows[ONE].seconds.median, rows[ONE].relative_speed) == (20, None)
    speeds = {case: row.relative_speed.median for case, row in rows.items() if row.relative_speed}
    assert speeds == {in_parts(ONE): 0.5, STRONG: 1.25, in_parts(STRONG): 0.625, WEAK: 0.5}
    assert rows[STRONG].note == "strong scaling: at best 2"
    assert rows[WEAK].note == "weak scaling: at best 1"


def test_the_pieces_add_up_to_a_step():
    rows = by_case(rows_of(CHAPTER, SECONDS))
    pieces = [rows[case].seconds.median for case in (BACKPROP, ALL_REDUCE, REST)]
    assert sum(pieces) == rows[STRONG].seconds.median
    assert {rows[case].table for case in (FORWARD, REST)} == {f"pieces of {STRONG}"}


def test_an_all_reduce_shorter_than_backward_could_be_saved_as_a_whole():
    note = by_case(rows_of(CHAPTER, SECONDS))[ALL_REDUCE].note
    assert note.startswith("159 kB; 25 % (25 to 25) of the step")
    assert note.endswith("during backward it could save 25 % (25 to 25)")


def test_no_more_could_be_saved_than_backward_takes():
    seconds = SECONDS | {ALL_REDUCE: [6.0, 12.0, 18.0]}
    note = by_case(rows_of(CHAPTER, seconds))[ALL_REDUCE].note
    assert "75 % (75 to 75) of the step" in note
    assert note.endswith("could save 50 % (50 to 50)")


def test_every_size_is_timed(asked):
    results = SimpleNamespace(rows=[])
    for size in range(len(bench_distributed.SIZES)):
        bench_distributed.bench_ranks(fixture(True), results, size)
    assert [problem for problem, *_ in asked] == list(bench_distributed.SIZES)
    assert all(turns >= 7 for *_, turns in asked)
    assert len(results.rows) == len(asked) * len([*SECONDS, REST])


def test_without_timing_the_first_size_runs_once(asked):
    results = SimpleNamespace(rows=[])
    bench_distributed.bench_ranks(fixture(False), results, 0)
    assert [turns for *_, turns in asked] == [0]
    assert {row.note for row in results.rows} == {"ran, not timed"}
    with pytest.raises(pytest.skip.Exception, match="only timed"):
        bench_distributed.bench_ranks(fixture(False), results, 1)


def test_where_no_job_can_run_the_reason_is_said():
    mark = bench_distributed.pytestmark
    assert mark.args == (bool(mark.kwargs["reason"]),)
    assert mark.kwargs["reason"] == obstacle(2)


def test_a_job_is_given_the_problem_and_what_it_times(monkeypatch):
    given = []

    def printed(ranks, script, arguments):
        given.extend([ranks, script.name, " ".join(arguments)])
        return "{}"

    monkeypatch.setattr(bench_distributed, "printed", printed)
    assert bench_distributed.seconds_of(CHAPTER, 7, 9) == {}
    assert given == [
        2,
        "ranked_steps.py",
        "--sizes 784 50 10 --batch 100 --units 7 --turns 9",
    ]
