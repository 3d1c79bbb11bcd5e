"""The moving picture of the README is the one that its script makes."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

from xpnet.graph import examples, trace

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = (DOCS / "graph.svg").read_text(encoding="utf-8")


def test_it_is_up_to_date():
    made = runpy.run_path(str(DOCS / "moving.py"))["moving_picture"]()
    assert made == PICTURE, "python docs/moving.py"


def test_it_is_small_and_loads_nothing():
    assert len(PICTURE) < 30_000
    assert not re.search(r"url\(|@import|href|<script", PICTURE)


def test_each_step_brings_its_numbers_its_sentence_and_nothing_before():
    steps = trace(examples.orange()).steps
    for number, step in enumerate(steps, 1):
        begun = re.search(rf"@keyframes from{number} \{{ 0.00% \{{ (.*?) \}} ([\d.]+)%", PICTURE)
        told = re.search(rf"@keyframes told{number} \{{ 0.00% \{{ (.*?) \}} ([\d.]+)%", PICTURE)
        assert begun[1] == told[1] == "visibility: hidden;"
        assert begun[2] == told[2]
        assert f">{step.lines[0].rpartition(': ')[2]}</tspan>" in PICTURE
    texts = [text for text in ElementTree.fromstring(PICTURE).iter() if text.tag.endswith("text")]
    captions = [text for text in texts if text.get("class").startswith("caption")]
    assert len(captions) == len(steps)


def test_it_stands_still_where_motion_is_not_welcome():
    assert "(prefers-reduced-motion: reduce) { * { animation: none !important; }" in PICTURE
