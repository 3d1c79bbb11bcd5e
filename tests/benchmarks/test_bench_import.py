from types import SimpleNamespace

import bench_import


def fixture(enabled):
    return SimpleNamespace(
        enabled=enabled, pedantic=lambda work, arguments, rounds: work(*arguments)
    )


def test_an_import_takes_time():
    assert bench_import.seconds_to_import("json") > 0


def test_xpnet_is_timed_beside_numpy_and_held_against_its_aim(monkeypatch):
    took = {"xpnet": 0.12, "numpy": 0.1}
    monkeypatch.setattr(bench_import, "seconds_to_import", took.__getitem__)
    results, lines = SimpleNamespace(rows=[]), []
    bench_import.bench_import(fixture(True), results, lines)
    numpy, xpnet = results.rows
    assert (numpy.case, numpy.relative_speed) == ("import numpy", None)
    assert (xpnet.case, round(xpnet.relative_speed.median, 3)) == ("import xpnet", 0.833)
    assert lines == [
        "import, in a new Python, import xpnet: relative speed 0.833, aim at least 0.769: reached"
    ]


def test_without_timing_it_has_no_results():
    results, lines = SimpleNamespace(rows=[]), []
    bench_import.bench_import(fixture(False), results, lines)
    assert (results.rows, lines) == ([], [])
