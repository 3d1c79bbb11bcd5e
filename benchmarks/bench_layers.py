"""Layers, loss, optimizers and batches, from sizes that fit in a cache to those that do not.

What a row achieves is given in GFLOP/s where the best matrix product of the machine bounds it, in
GB/s where the best copy of about its size does, with its share of that ceiling, which is measured
in the same run. Work is counted as `operations` says: in each call every operand is read once and
every result written once. Where a backend makes several passes over its arrays, its share shows it.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from ceilings import ceilings, seconds_of
from operations import (
    RULES,
    affine_backward,
    affine_forward,
    gather,
    relu_backward,
    relu_forward,
    softmax_with_loss,
    update,
)
from problems import CHAPTER

from xpnet import optimizers
from xpnet.backends import asarray, get_backend, use_backend
from xpnet.bench import Benchmark, repeated
from xpnet.bench.benchmark import CPU, GPU
from xpnet.layers import Affine, Relu, SoftmaxWithLoss
from xpnet.parameters import Parameters

TURNS = 10
SECONDS_OF_A_TURN = 2e-3

PRODUCTS = [(100, 784, 50), (512, 784, 512), (1024, 1024, 1024), (1, 4096, 4096)]
ENTRIES = [(100, 50), (1024, 1024), (4096, 4096)]
SCORES = [(100, 10), (1024, 10), (4096, 1000)]
PARAMETERS = [39_760, 4_194_304]
BATCHES = [100, 1024, 8192]


@pytest.fixture
def compare(report):
    """``compare(work, operations, make)``: as `measure`."""
    return partial(measure, report)


def measure(report, work, operations, make):
    """Benchmark one piece of work, which `make` sets up on the current backend."""
    flops, moved = (sum(getattr(one, of) for one in operations) for of in ("flops", "bytes"))
    # the speed of a modest machine, to choose how often a turn repeats the work
    guess = flops / 2e10 + moved / 5e9 + 1e-5
    made = Benchmark("layers", work, units=max(1, round(SECONDS_OF_A_TURN / guess)))
    with use_backend("numpy"):
        made.add(CPU, repeated(make()))
    made.add_cuda(GPU, lambda: repeated(make()))

    def rate(row):
        return ceilings()[row.case].rate(flops, moved, seconds_of(row).median)

    report(made, TURNS, rate=rate)


def numbers(*shape):
    """Random float32 numbers on the current backend."""
    return asarray(np.random.default_rng(0).standard_normal(shape, dtype="float32"))


@pytest.mark.parametrize(("rows", "inputs", "outputs"), PRODUCTS)
def bench_affine_forward(compare, rows, inputs, outputs):
    def make():
        layer = Affine(numbers(inputs, outputs), numbers(outputs))
        return partial(layer.forward, numbers(rows, inputs))

    operations = affine_forward(rows, inputs, outputs)
    compare(f"Affine forward, {rows} x {inputs} x {outputs}", operations, make)


@pytest.mark.parametrize(("rows", "inputs", "outputs"), PRODUCTS)
def bench_affine_backward(compare, rows, inputs, outputs):
    def make():
        layer = Affine(numbers(inputs, outputs), numbers(outputs))
        layer.forward(numbers(rows, inputs))
        return partial(layer.backward, numbers(rows, outputs))

    operations = affine_backward(rows, inputs, outputs)
    compare(f"Affine backward, {rows} x {inputs} x {outputs}", operations, make)


@pytest.mark.parametrize(("rows", "columns"), ENTRIES)
def bench_relu_forward(compare, rows, columns):
    operations = relu_forward(rows * columns)
    compare(
        f"ReLU forward, {rows} x {columns}",
        operations,
        lambda: partial(Relu().forward, numbers(rows, columns)),
    )


@pytest.mark.parametrize(("rows", "columns"), ENTRIES)
def bench_relu_backward(compare, rows, columns):
    def make():
        layer = Relu()
        layer.forward(numbers(rows, columns))
        return partial(layer.backward, numbers(rows, columns))

    compare(f"ReLU backward, {rows} x {columns}", relu_backward(rows * columns), make)


@pytest.mark.parametrize(("rows", "classes"), SCORES)
def bench_softmax_with_loss(compare, rows, classes):
    """Its forward, which makes the gradient on the way: its backward hands it out."""

    def make():
        labels = asarray(np.random.default_rng(0).integers(0, classes, rows))
        return partial(SoftmaxWithLoss().forward, numbers(rows, classes), labels)

    compare(f"softmax with loss, {rows} x {classes}", softmax_with_loss(rows, classes), make)


@pytest.mark.parametrize("entries", PARAMETERS)
@pytest.mark.parametrize("optimizer", RULES)
def bench_update(compare, optimizer, entries):
    def make():
        params, grads = (Parameters({"W": numbers(entries)}) for _ in range(2))
        return partial(getattr(optimizers, optimizer)().update, params, grads)

    compare(f"{optimizer}, {entries:,} parameters", update(optimizer, entries), make)


@pytest.mark.parametrize("rows", BATCHES)
def bench_gather(compare, rows):
    def make():
        x, t, *_ = CHAPTER.data()
        index = asarray(np.random.default_rng(0).permutation(len(x))[:rows])
        return partial(get_backend().gather, x, t, index, x.dtype)

    compare(f"gather, {rows} of 60,000 images", gather(rows, CHAPTER.sizes[0]), make)
