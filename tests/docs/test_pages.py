"""Every page of the site shows what its code and its commands really print.

The English pages are run. The Korean ones have the same code, the same commands and the same
output, but for comments: that is a test too. A page of the tutorial may import what the pages
before it have built.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from listings import listings

from .pages import ACCURATE, agree, blocks, commands, draw_digit, run_page, type_command

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
    for language in ("en", "ko")
    for path in sorted((DOCS / language).rglob("*.md"))
}
ENGLISH = {name: page for name, page in PAGES.items() if name.startswith("en/")}
TUTORIAL = {name: page for name, page in ENGLISH.items() if name.startswith("en/tutorial/")}
DONE = [name for name, page in ENGLISH.items() if {"python", "console"} & dict(blocks(page)).keys()]
NEEDED = {
    "en/distributed.md": ("mpi4py",),
    "en/sklearn.md": ("sklearn",),
    "en/use.md": ("PIL", "onnxruntime", "onnx", "tensorboard", "torch"),
}
"""What a page uses beside the packages of the tests."""


@pytest.mark.parametrize("name", DONE)
def test_a_page_done_from_top_to_bottom_prints_what_it_shows(name, tmp_path, monkeypatch):
    for module in NEEDED.get(name, ()):
        pytest.importorskip(module, reason=f"the page uses {module}")
    before = [page for other, page in TUTORIAL.items() if other < name]
    for file, code in listings(before).items():
        (tmp_path / file).write_text(code, encoding="utf-8")
        monkeypatch.delitem(sys.modules, file.removesuffix(".py"), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    if "PIL" in NEEDED.get(name, ()):
        draw_digit(tmp_path / "my-digit.png")
    for text, printed, shown in run_page(PAGES[name], {}, tmp_path):
        assert agree(shown, printed), f"{text}\nprints\n{printed}\nthe page shows\n{shown}"


def test_the_run_for_the_best_accuracy_begins_and_ends_as_the_page_shows(tmp_path):
    shown = dict(commands(PAGES["en/commands.md"]))[ACCURATE].splitlines()
    printed = type_command(ACCURATE.replace("--epochs 15", "--iterations 20"), tmp_path)
    first, *_, last = printed.splitlines()
    assert first == shown[0].replace("steps=3525", "steps=20")
    assert agree("20 iterations in ... s (... steps a second); test accuracy ... %\n", f"{last}\n")
    assert agree(f"3,525{last.removeprefix('20').partition(' in ')[0]} in ...", shown[-1])


@pytest.mark.parametrize("name", PAGES)
def test_every_fence_is_of_a_known_kind_and_closed(name):
    fences = re.findall(r"^ *```(.*)$", PAGES[name], re.M)
    assert set(fences[::2]) <= {"python", 'python title="chapter5.py"', "text", "console"}
    assert set(fences[1::2]) <= {""}
    assert len(fences) == 2 * len(blocks(PAGES[name]))


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_both_languages_have_the_same_code(name):
    language, _, rest = name.partition("/")
    other = PAGES.get(f"{'ko' if language == 'en' else 'en'}/{rest}")
    if other is None and (DOCS / rest).exists():  # of counts, whose English page stands there
        other = (DOCS / rest).read_text(encoding="utf-8")
    if other is None:
        assert rest.startswith("reference/"), f"{name} exists in one language alone"
        return
    assert code_of(PAGES[name]) == code_of(other)


def code_of(page):
    """The blocks of a page, and the files that it builds, without comments in its language."""
    found = [*blocks(page), *listings([page]).items()]
    bare = [(kind, re.sub(r" *#.*$", "", text, flags=re.M)) for kind, text in found]
    return [(kind, [line for line in text.splitlines() if line]) for kind, text in bare]
