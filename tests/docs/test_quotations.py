"""What the pages quote, because it takes a GPU or minutes, is what the library says and counts."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from cost_model import from_data_sheets
from devices import DATA_SHEETS

from tests.counts_table import TRAINING
from xpnet.errors import MixedBackendError
from xpnet.networks import TwoLayerNet

from .pages import blocks

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = "en", "ko"
BACKENDS, GPU = (
    {language: (DOCS / language / name).read_text("utf-8") for language in LANGUAGES}
    for name in ("backends.md", "gpu.md")
)
COUNTED = {"en": "{} launches", "ko": "{}번 실행"}


@pytest.mark.parametrize("page", BACKENDS.values(), ids=BACKENDS)
def test_the_error_on_a_mixture_is_quoted_to_the_letter(page, elsewhere):
    net = TwoLayerNet(seed=0).to(elsewhere)
    with pytest.raises(MixedBackendError) as caught:
        net.predict(np.ones((100, 784)))
    quoted = [" ".join(text.split()) for kind, text in blocks(page) if kind == "text"]
    assert str(caught.value).replace(elsewhere, "cupy") in quoted


@pytest.mark.parametrize("page", GPU.values(), ids=GPU)
def test_the_prediction_for_gpus_is_that_of_the_cost_model(page):
    assert "\n".join(from_data_sheets(DATA_SHEETS)) in page


@pytest.mark.parametrize("language", GPU)
def test_the_launches_of_a_step_are_those_that_the_tests_count(language):
    ours, plain = (
        next(row for row in TRAINING if row.call == f"step, {contender}")
        for contender in ("SGD", "the chapter's, written plainly in CuPy")
    )
    for row in (ours, plain):
        assert COUNTED[language].format(row.launches) in GPU[language]
    assert (ours.synchronisations, plain.synchronisations) == (0, 3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_times_of_whole_fits_are_those_of_the_benchmarks(language):
    measured = (DOCS / "benchmarks.md").read_text("utf-8")
    page = (DOCS / language / "sklearn.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\|.*\d ?m?s( \(|  *\|)", line)]
    assert len(rows) == 4
    for row in rows:
        for time, unit, speed in re.findall(r"\| ([\d.]+) ?(m?s)(?: \(([\d.]+)\))?", row):
            assert f"| {time} {unit} (" in measured
            assert not speed or f"| {speed} (" in measured


def test_the_korean_pages_show_the_measured_tables_of_the_english_ones():
    english, korean = (
        (folder / "benchmarks.md").read_text("utf-8").partition("<!-- benchmarks -->")[2]
        for folder in (DOCS, DOCS / "ko")
    )
    assert english
    assert korean == english, "give report.py --update docs/ko/benchmarks.md too"


def test_the_korean_page_of_counts_has_the_numbers_of_the_english_one():
    english, korean = (
        [
            row
            for row in re.findall(r"^\|.*\|$", (folder / "counts.md").read_text("utf-8"), re.M)
            if re.search(r"\d", row)
        ]
        for folder in (DOCS, DOCS / "ko")
    )
    assert english
    assert korean == english
