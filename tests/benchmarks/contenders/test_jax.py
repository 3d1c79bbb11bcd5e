import os
from pathlib import Path

import pytest

pytest.importorskip("jax", reason="JAX needs the extra 'contenders'")

ROOT = Path(__file__).parents[3]
PATH = os.pathsep.join(map(str, [ROOT, ROOT / "benchmarks"]))

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
def test_it_computes_on_its_first_cpu_whatever_its_default_device(python, kind):
    two = "--xla_force_host_platform_device_count=2"
    variables = {"XLA_FLAGS": two, "XLA_PYTHON_CLIENT_PREALLOCATE": None}
    ran = python(JAX.format(kind=kind), PYTHONPATH=PATH, **variables)
    assert ran.returncode == 0, ran.stderr
