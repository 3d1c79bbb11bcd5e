"""Contenders of the CPU stay there where a GPU is a library's default device."""

import os
from pathlib import Path

import pytest
from comparisons.steps import xpnet_steps
from contenders.pytorch import pytorch_eager_learner
from problems import Problem

SMALL = Problem((784, 6, 10), 100)
ROOT = Path(__file__).parents[3]
PATH = os.pathsep.join(map(str, [ROOT, ROOT / "benchmarks"]))


def test_pytorch_computes_on_the_cpu_whatever_its_default_device():
    torch = pytest.importorskip(
        "torch", reason="PyTorch is a contender: pip install 'xpnet[contenders]'"
    )
    data = SMALL.data()
    with torch.device("meta"):  # a device that computes nothing
        learner = pytorch_eager_learner(SMALL, data)
        assert learner.run(2) == pytest.approx(xpnet_steps(SMALL, data)(2), rel=1e-4)


JAX = """
import os
import jax
from contenders.jax import jax_{kind}_learner
from problems import Problem

problem = Problem((784, 6, 10), 100)
first, second = jax.devices()
with jax.default_device(second):
    learner = jax_{kind}_learner(problem, problem.data())
    learner.run(2)
    held = [cell.cell_contents for cell in learner.run.__closure__]
    arrays = [array for cell in held if isinstance(cell, list) for pair in cell for array in pair]
assert len(arrays) == 4
assert all(array.devices() == {{first}} for array in arrays)
assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
"""


@pytest.mark.parametrize("kind", ["jit", "scan"])
def test_jax_computes_on_its_first_cpu_whatever_its_default_device(python, kind):
    pytest.importorskip("jax", reason="JAX is a contender: pip install 'xpnet[contenders]'")
    two = "--xla_force_host_platform_device_count=2"
    variables = {"XLA_FLAGS": two, "XLA_PYTHON_CLIENT_PREALLOCATE": None}
    ran = python(JAX.format(kind=kind), PYTHONPATH=PATH, **variables)
    assert ran.returncode == 0, ran.stderr
