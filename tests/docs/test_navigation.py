"""The site's menu names every page, each exists in both languages, and so does what pages show."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from xpnet.graph import Variable

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MENU = re.search(r"^nav:\n(.*?)^\S", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M | re.S)[1]
NAMED = re.findall(r"- (?:.*: )?([\w/.-]+\.md)$", MENU, re.M)
MEASURED = {"benchmarks.md", "counts.md"}
"""Their tables are written by tools; the English ones stand beside the folders of languages."""
REFERENCE = (DOCS / "en" / "reference" / "index.md").read_text("utf-8")
MODULES = re.findall(r"^\| \[`xpnet\.(\w+)`\]", REFERENCE, re.M)


def pages(language):
    folder = DOCS / language
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}


@pytest.fixture(scope="module")
def figures():
    """The functions that draw the figures, by name."""
    spec = spec_from_file_location("figures", DOCS / "figures.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FIGURES


def shown():
    """The figures that pages show or link, by their addresses among the pages."""
    for path in sorted(DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)\s]*figures/[^)\s]*)\)", path.read_text("utf-8")):
            yield (path.parent / target).resolve().relative_to(DOCS).as_posix()


def test_the_menu_names_every_english_page_once():
    assert len(set(NAMED)) == len(NAMED)
    assert set(NAMED) == pages("en") | MEASURED


def test_every_page_but_the_reference_exists_in_korean_too():
    guides = {name for name in pages("en") if not name.startswith("reference/")}
    assert pages("ko") == guides | MEASURED


@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_the_reference_has_a_page_and_is_an_attribute_of_the_package(module, python):
    assert f"reference/{module}.md" in pages("en")
    if module == "sklearn":
        pytest.importorskip(module, reason="xpnet.sklearn imports scikit-learn")
    done = python(f"import xpnet; print(xpnet.{module}.__name__, {module!r} in dir(xpnet))")
    assert done.stdout == f"xpnet.{module} True\n", done.stderr


def test_the_reference_lists_every_page_of_its_own():
    listed = {f"reference/{module}.md" for module in MODULES}
    beside = {name for name in pages("en") if name.startswith("reference/")}
    assert listed == beside - {"reference/index.md"}


def test_every_figure_that_a_page_names_is_drawn_and_every_drawn_one_is_named(figures):
    named = [re.fullmatch(r"(?:en|ko)/figures/(\w+)\.(?:svg|html)", target) for target in shown()]
    assert all(named), "a page in tutorial/ names ../figures/..., one beside index.md figures/..."
    assert {name[1] for name in named} == set(figures)


def test_every_figure_is_a_graph_with_a_description_in_its_page(figures):
    assert all(isinstance(figure(), Variable) for figure in figures.values())
    for path in DOCS.rglob("*.md"):
        for words in re.findall(r"!\[(.*?)\]\([^)]*figures/", path.read_text("utf-8"), re.S):
            assert len(words) > 20, f"{path}: {words!r} says too little of the picture"
