"""The code on the page of counts, which asks the emulated device, does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import xpnet
from xpnet.layers import Relu
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

from .pages import blocks

PAGE = (Path(__file__).parents[2] / "docs" / "counts.md").read_text(encoding="utf-8")
CODE = [text for kind, text in blocks(PAGE) if kind == "python"]


def test_counting_a_step_prints_those_counters_that_are_not_0(device_counts, cudaemu, capsys):
    data = xpnet.asarray([[1.0, 2.0], [3.0, 4.0]]), xpnet.asarray([0, 1])
    trainer = Trainer(TwoLayerNet(2, 3, 2, seed=0), SGD(), data, batch_size=2, progress=False)
    namespace = {"trainer": trainer}
    for _ in range(2):  # the first compiles kernels
        exec(compile(CODE[0], "counts.md", "exec"), namespace)
    assert "'kernel_launches': 10, 'cublas_calls': 5, " in capsys.readouterr().out.splitlines()[-1]
    named = re.findall(r"\w+(?=,)", CODE[0].partition(": ")[2])
    assert named[:2] == ["kernel_launches", "cublas_calls"]
    assert {name for name in named if namespace["counts"].get(name) == 0} == set()


def test_the_test_on_the_page_passes_for_a_layer_of_one_launch(device_counts):
    namespace = {"MyLayer": Relu, "xpnet": xpnet}
    exec(compile(CODE[1], "counts.md", "exec"), namespace)
    namespace["test_my_layer_is_one_launch"](device_counts)


def test_the_page_has_no_other_code():
    assert len(CODE) == 2
