import numpy as np

from xpnet.bench import steps
from xpnet.bench.contest import OURS
from xpnet.bench.peers import Peer
from xpnet.bench.problems import CHAPTER, Problem
from xpnet.bench.steps import FLOOR, compare_steps, floor_steps, xpnet_steps

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


def test_all_peers_and_the_device_have_a_row(monkeypatch):
    monkeypatch.setattr(steps, "PEERS", {"a peer": Peer("not_installed_at_all", None)})
    rows = compare_steps(SMALL, 2, {FLOOR: 1.5}).rows(turns=1, timed=False)
    by_name = {row.contender: row for row in rows}
    assert list(by_name)[:3] == [OURS, FLOOR, "a peer"]
    assert "pip install" in by_name["a peer"].note
    assert by_name[FLOOR].aim == 1.5
    assert {row.work for row in rows} == {SMALL.name}
