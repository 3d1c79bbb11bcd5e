import numpy as np
from comparisons import steps
from comparisons.steps import FLOOR, compare_steps, floor_steps, xpnet_steps
from contenders import Contender
from problems import CHAPTER, Problem

from xpnet.bench.benchmark import CPU

SMALL = Problem((784, 8, 6, 10), 50)


def test_xpnet_learns(backend):
    run = xpnet_steps(CHAPTER, CHAPTER.data())
    first, later = run(1), run(60)
    assert later < first < 2.4


def test_the_floor_does_the_gather_and_every_product_of_a_step(monkeypatch):
    shapes = []
    plain = np.matmul

    class Watched(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
            if ufunc is plain:
                shapes.append((inputs[0].shape, inputs[1].shape))
            inputs = [np.asarray(one) for one in inputs]
            made = getattr(ufunc, method)(*inputs, **options)
            return made.view(Watched) if out is None else None

    data = SMALL.data()
    data = data._replace(x=data.x.view(Watched))
    floor_steps(SMALL, data)(1)
    assert shapes[:3] == [((50, 784), (784, 8)), ((50, 8), (8, 6)), ((50, 6), (6, 10))]
    assert ((784, 50), (50, 8)) in shapes


def test_all_contenders_and_the_device_have_a_result(monkeypatch):
    monkeypatch.setattr(steps, "CONTENDERS", {"another": Contender("not_installed_at_all", None)})
    rows = compare_steps(SMALL, 2).results(turns=1, timed=False)
    by_name = {row.case: row for row in rows}
    assert list(by_name)[:3] == [CPU, FLOOR, "another"]
    assert "pip install" in by_name["another"].note
    assert {row.work for row in rows} == {SMALL.name}
