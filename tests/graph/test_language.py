"""The steps in Korean."""

from __future__ import annotations

import re

import numpy as np
import pytest

from xpnet.errors import OptionError
from xpnet.graph import examples, network_graph, operations, trace
from xpnet.graph.language import KOREAN, translator
from xpnet.networks import TwoLayerNet

KINDS = [getattr(operations, n) for n in operations.__all__ if n[0].isupper() and n != "Operation"]


def test_the_apples():
    steps = trace(examples.apple(), language="ko").steps
    assert steps[0].lines == ("곱셈: 100 × 2 = 200",)
    assert steps[-1].lines == ("곱셈: 상류의 값 × 다른 쪽 입력: 1.1 × 2 = 2.2, 1.1 × 100 = 110",)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_word_of_an_operation_is_told(kind):
    for text in (kind.title, kind.formula, *kind.rules, *kind.locals):
        words = re.sub(r"\{\w+\}|\b(exp|log|relu|sigmoid|ReLU)\b", "", text)
        assert text in KOREAN or not re.search("[a-z]{2}", words), text


def test_no_english_is_left_in_the_chapters_graphs_and_in_a_network():
    net = network_graph(TwoLayerNet(4, 3, 2, seed=0), np.ones((2, 4)), np.array([0, 1]))
    named = r"Affine\d|Relu\d|SoftmaxWithLoss|backward|exp|log|price|loss|nan"
    for y in (
        examples.orange(),
        examples.square(),
        examples.sigmoid(one_node=True),
        examples.softmax(),
        net,
    ):
        for step in trace(y, language="ko").steps:
            for line in step.lines:
                assert not re.search("[a-z]{3}", re.sub(named, "", line.replace("sigmoid", ""))), (
                    line
                )


def test_both_languages_have_the_same_places_for_numbers():
    for english, korean in KOREAN.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", korean)), english


def test_another_language_is_refused():
    with pytest.raises(OptionError, match="expected a language of en, ko, got 'ja'"):
        translator("ja")
