"""JAX's contenders of a GPU, on the CPU, where every precision of products is float32."""

from __future__ import annotations

import gpu_jax
import pytest
from comparisons.steps import xpnet_steps
from contenders import Learner
from problems import Problem

jax = pytest.importorskip("jax", reason="JAX is a contender: pip install 'xpnet[contenders]'")

SMALL = Problem((784, 12, 8, 10), 100)

# other libraries' warnings are not xpnet's to fix
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_a_scan_has_xpnets_losses():
    data = SMALL.data()
    learner = gpu_jax.scan_learner(SMALL, data, "highest", "cpu")
    ours = xpnet_steps(SMALL, data)
    for steps in (1, 1, 30):
        assert learner.run(steps) == pytest.approx(ours(steps), rel=1e-4)


@pytest.mark.parametrize(
    ("make", "precision"), [(gpu_jax.float32_learner, "highest"), (gpu_jax.tf32_learner, "default")]
)
def test_a_run_compiles_with_its_own_precision_on_the_gpu(monkeypatch, make, precision):
    seen = []

    def scan(problem, data, platform):
        assert platform == "gpu"
        return Learner(lambda k: seen.append(jax.config.jax_default_matmul_precision), None)

    monkeypatch.setattr(gpu_jax, "jax_scan_learner", scan)
    before = jax.config.jax_default_matmul_precision
    make(SMALL, None).run(1)
    assert seen == [precision]
    assert jax.config.jax_default_matmul_precision == before
