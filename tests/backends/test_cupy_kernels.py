"""Kernels of CupyBackend: one is made for each rule of an optimizer, with the rule's own names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, UpdateRule
from xpnet.optimizers import Adam, Optimizer

from .primitive_cases import OPTIMIZERS, numbers


@pytest.fixture
def kernels(cupy_backend: Backend) -> Any:
    from xpnet.backends import cupy_kernels

    return cupy_kernels


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_a_kernel_reads_and_writes_what_its_rule_names(kernels: Any, optimizer: Optimizer) -> None:
    rule, kernel = optimizer.current_rule, kernels.update_kernel(optimizer.current_rule)
    read = ["grad", *rule.scalars, *rule.constants, *rule.entrywise]
    assert [p.name for p in kernel.in_params] == read
    assert [p.name for p in kernel.out_params] == ["param", *rule.state]
    assert {p.ctype for p in (*kernel.in_params, *kernel.out_params)} == {"T"}
    assert kernel.name == f"xpnet_{rule.name}"


def test_a_kernel_is_made_once_for_a_rule_and_not_for_its_equal(kernels: Any) -> None:
    rule = Adam.rule
    twin = UpdateRule(
        rule.name, rule.formula, rule.state, rule.scalars, rule.constants, rule.kernel
    )
    assert kernels.update_kernel(rule) is kernels.update_kernel(rule)
    assert kernels.update_kernel(twin) is not kernels.update_kernel(rule)


def test_numbers_are_passed_by_name(cupy_backend: Backend) -> None:
    # in another order than the rule's, as a mapping may have them
    values = numbers(Adam(0.1), 3)
    results = []
    for given in (values, dict(reversed(values.items()))):
        param, grad, m, v = (xpnet.asarray(np.ones(5)) for _ in range(4))
        cupy_backend.update(Adam.rule, param, grad, [m, v], given)
        results.append(xpnet.to_numpy(param).tolist())
    assert results[0] == results[1]


def test_gather_divides_nothing(kernels: Any) -> None:
    # a division of 64 bits is dozens of instructions, and there would be two for each entry
    assert not set("/%") & set(kernels.gather.operation)
