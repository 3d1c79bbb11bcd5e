"""The built site: both languages, no dead links, nothing loaded from elsewhere.

Needs mkdocs (``pip install -e '.[docs]'``). The variable SITE may name a folder with a site that is
built already; else it is built here.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

for module in "mkdocs", "material", "mkdocstrings", "mkdocs_static_i18n":
    pytest.importorskip(module, reason=f"the site needs {module}: pip install -e '.[docs]'")

ROOT = Path(__file__).parents[2]
REFERENCE = sorted(
    set((ROOT / "docs/en/reference").glob("*.md")) - {ROOT / "docs/en/reference/index.md"}
)
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}


class Page(HTMLParser):
    """What a page of HTML links to, loads, and can be linked to at."""

    def __init__(self, path):
        super().__init__()
        self.language, self.links, self.loads, self.anchors = None, [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        if tag == "html":
            self.language = attributes.get("lang")
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if attributes.get(LOADED.get(tag)):
            self.loads.append(attributes[LOADED[tag]])
        if tag == "link" and attributes.get("rel") not in (
            "canonical",
            "alternate",
            "next",
            "prev",
        ):
            self.loads.append(attributes["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    if "SITE" in os.environ:
        return Path(os.environ["SITE"]).resolve()
    folder = tmp_path_factory.mktemp("site")
    # --quiet would let warnings pass
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", folder]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """Every page of the site, by its path."""
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_stands_in_both_languages_and_says_which(site, pages):
    for path in (ROOT / "docs").glob("[ek][no]/**/*.md"):
        language, *folders = path.relative_to(ROOT / "docs").with_suffix("").parts
        folders = folders[:-1] if folders[-1] == "index" else folders
        page = pages[site.joinpath(*(["ko"] if language == "ko" else []), *folders, "index.html")]
        assert page.language == language, path


def test_every_link_within_the_site_leads_to_a_page_and_an_anchor(site, pages):
    links = {(path, link) for path, page in pages.items() for link in page.links + page.loads}
    dead = []
    for path, link in links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        found = target.is_file() and target.is_relative_to(site)
        anchors = pages[target].anchors if found and target in pages else ()
        if not found or (parts.fragment and unquote(parts.fragment) not in anchors):
            dead.append(f"{path.relative_to(site)} -> {link}")
    assert dead == []


def test_links_to_elsewhere_are_whole_addresses(pages):
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            assert parts.scheme in ("", "https"), link
            assert bool(parts.scheme) == ("." in parts.netloc), link


def test_nothing_is_loaded_from_another_server(site, pages):
    for path, page in pages.items():
        for load in page.loads:
            assert not urlsplit(load).netloc, f"{path}: {load}"
        text = path.read_text(encoding="utf-8")
        assert 'class="mermaid"' not in text, f"{path}: the theme would fetch mermaid"
    elsewhere = re.compile(r"(?:@import|url\()\s*['\"]?(?:https?:)?//")
    styles = {style: style.read_text(encoding="utf-8") for style in site.rglob("*.css")}
    assert styles
    assert [style for style, text in styles.items() if elsewhere.search(text)] == []


def test_the_figures_are_drawn_and_can_be_played_in_both_languages(site, pages):
    pictures = {path.stem for path in (site / "figures").glob("*.svg")}
    assert pictures
    for folder, language in ((site, "en"), (site / "ko", "ko")):
        played = {path.stem: pages[path] for path in (folder / "figures").glob("*.html")}
        assert set(played) == pictures
        assert {page.language for page in played.values()} == {language}


def test_figures_of_korean_pages_are_labelled_in_korean(site):
    for name in ("orange.svg", "orange.html"):
        english = (site / "figures" / name).read_text(encoding="utf-8")
        korean = (site / "ko" / "figures" / name).read_text(encoding="utf-8")
        assert ">apple<" in english
        assert ">사과<" in korean
        assert ">apple<" not in korean


def test_a_page_that_plays_a_figure_leads_home_and_back_to_where_it_is_shown(site, pages):
    for folder in (site, site / "ko"):
        back = ["../", "../tutorial/04-simple-layers/"]
        assert pages[folder / "figures" / "orange.html"].links == back


def test_the_pages_made_by_tools_and_the_reference_are_there(site):
    for name in ("counts", "benchmarks", "reference/layers", "ko/reference/layers"):
        assert (site / name / "index.html").is_file()
    assert (site / "benchmarks.svg").is_file()
    korean = (site / "ko" / "benchmarks" / "index.html").read_text(encoding="utf-8")
    assert "벤치마크" in re.search(r"<h1.*?</h1>", korean, re.S)[0]
    layers = Page(site / "reference" / "layers" / "index.html")
    assert {"xpnet.layers.Affine", "xpnet.layers.Affine.backward"} <= layers.anchors


def test_the_file_that_the_tutorial_builds_can_be_taken_and_run_in_both_languages(site):
    for folder in (site, site / "ko"):
        names = {}
        exec(compile((folder / "chapter5.py").read_text("utf-8"), "chapter5.py", "exec"), names)
        assert {"MulLayer", "TwoLayerNet", "numerical_gradient"} <= set(names)


def test_the_search_finds_pages_of_both_languages(site):
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"] for entry in index["docs"]}
    assert {"tutorial/01-graphs/", "ko/tutorial/01-graphs/", "reference/layers/"} <= found


@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.stem)
def test_the_reference_describes_all_that_a_module_offers(site, path):
    modules = re.findall(r"^::: (xpnet\.\w+)$", path.read_text(encoding="utf-8"), re.M)
    assert modules
    anchors = Page(site / "reference" / path.stem / "index.html").anchors
    described = {anchor.rpartition(".")[2] for anchor in anchors if anchor.startswith(modules[0])}
    assert set(importlib.import_module(modules[0]).__all__) <= described


def test_the_reference_shows_sources(site):
    page = (site / "reference" / "layers" / "index.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]*>", "", page)
    assert "xpnet/layers/activations.py" in text
    assert "def backward_params(self, dout: Array)" in text
