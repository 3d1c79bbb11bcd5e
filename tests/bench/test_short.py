import io

import pytest

from xpnet.bench import short
from xpnet.bench.contest import Contest, repeated
from xpnet.bench.progress import Display


class Recorder(Display):
    """Keeps what it is told."""

    def __init__(self):
        super().__init__(io.StringIO(), 2)
        self.told = []

    def prepare(self, told):
        self.told.append(told)

    def start(self, contenders, turns, compiles):
        self.told.append((contenders, turns, compiles))

    def tick(self):
        self.told.append("tick")


def part(work, optional=False):
    def make():
        contest = Contest("sums", work, ours="all")
        contest.enter("all", repeated(lambda: sum(range(100))))
        contest.enter("half", repeated(lambda: sum(range(50))))
        return contest

    return short.Part("sums", work, make, turns=2, compiles=optional, optional=optional)


@pytest.fixture
def two_parts(monkeypatch):
    monkeypatch.setattr(short, "PARTS", (part("small"), part("large", optional=True)))


@pytest.mark.usefixtures("two_parts")
def test_every_part_gives_its_rows_and_the_display_is_told_each_turn():
    shown = Recorder()
    results = short.short_form(shown)
    assert [(row.work, row.contender) for row in results.rows] == [
        *(("small", "all"), ("small", "half")),
        *(("large", "all"), ("large", "half")),
    ]
    assert all(row.seconds for row in results.rows)
    assert shown.told == [
        *("sums, small", (["all", "half"], 2, False), *["tick"] * 4),
        *("sums, large", (["all", "half"], 2, True), *["tick"] * 4),
    ]


@pytest.mark.usefixtures("two_parts")
def test_an_optional_part_is_left_out_with_a_row_when_the_rest_took_long(monkeypatch):
    monkeypatch.setattr(short, "PATIENCE", -1.0)
    *small, large = short.short_form(Recorder()).rows
    assert [row.work for row in small] == ["small", "small"]
    assert (large.work, large.seconds) == ("large", None)
    assert large.note == "left out: the parts before it took 0 s"


def test_the_parts_are_named_as_their_rows_are(monkeypatch):
    monkeypatch.setattr("xpnet.bench.steps.PEERS", {})
    for one in short.PARTS:
        contest = one.make()
        assert (contest.table, contest.work) == (one.table, one.work)


def test_the_short_form_has_gradients_steps_and_a_grid():
    assert [one.table for one in short.PARTS if not one.optional] == [
        *("gradient", "gradient", "training step"),
        *["crossover"] * 4,
    ]
    assert [one.work for one in short.PARTS if one.optional] == ["784-512-10, batch 512"]
