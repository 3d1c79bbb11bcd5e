from functools import partial

from xpnet.bench import Benchmark, quick, repeated
from xpnet.bench.quick import PARTS, quick_comparison


def sums(work):
    benchmark = Benchmark("sums", work, baseline="all")
    benchmark.add("all", repeated(lambda: sum(range(100))))
    benchmark.add("half", repeated(lambda: sum(range(50))))
    return benchmark


def test_every_part_is_announced_and_gives_its_results(monkeypatch):
    monkeypatch.setattr(quick, "PARTS", tuple((partial(sums, work), 2) for work in "ab"))
    told = []
    results = quick_comparison(told.append)
    assert told == ["1 of 2: sums, a", "2 of 2: sums, b"]
    assert [(row.work, row.case) for row in results.rows] == [
        *(("a", "all"), ("a", "half")),
        *(("b", "all"), ("b", "half")),
    ]
    assert all(row.seconds for row in results.rows)


def test_it_compares_gradients_and_training_steps():
    made = [make() for make, _ in PARTS]
    assert [benchmark.table for benchmark in made] == ["gradient"] * 2 + ["training step"] * 3
    assert len({(benchmark.table, benchmark.work) for benchmark in made}) == len(made)
