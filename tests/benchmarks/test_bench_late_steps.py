from types import SimpleNamespace

import bench_late_steps
import numpy as np
import pytest
from problems import CHAPTER

from xpnet.backends import use_backend


@pytest.mark.one_backend
def test_steps_at_the_start_and_after_epochs_are_compared():
    made = []
    bench_late_steps.bench_step(
        SimpleNamespace(enabled=False), lambda *given, **_: made.append(given), 1e-4
    )
    ((benchmark, turns),) = made
    assert turns == bench_late_steps.TURNS
    names = [case.name for case in benchmark.cases]
    assert benchmark.baseline == names[0]
    assert names[:2] == ["xpnet, at the start", "xpnet, after 8 epochs"]


@pytest.mark.one_backend
@pytest.mark.parametrize("weight_decay", [0, 0.1])
def test_both_libraries_take_the_same_steps(weight_decay):
    pytest.importorskip("torch", reason="the other library: the extra 'contenders'")
    with use_backend("numpy"):
        data = CHAPTER.data()
        ours = bench_late_steps.xpnet_steps(data, weight_decay)
        theirs = bench_late_steps.pytorch_steps(data, weight_decay)
        found = np.array([(ours(1), theirs(1)) for _ in range(30)])
    np.testing.assert_allclose(found[:, 0], found[:, 1], rtol=1e-3)
