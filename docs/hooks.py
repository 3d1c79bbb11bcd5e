"""What the site needs beside its pages: the figures, drawn when it is built."""

from __future__ import annotations

import functools
import itertools
import re
import tempfile
from pathlib import Path

import figures
from digits import digits_page
from listings import listings
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, InclusionLevel

from xpnet.graph import draw, to_html

LANGUAGES = "en", "ko"


def on_config(config):
    """Leave out two files that hold the site's address, where it has none: they would be wrong."""
    if not config.site_url:
        config.theme.static_templates -= {"404.html", "sitemap.xml"}


@event_priority(-200)  # behind the plugin for languages, which knows only files of this folder
def on_files(files, config):
    """Add the figures, a picture in each language and a page that plays it; digits; and listings.

    A listing is a file that the tutorial builds, for readers who begin in its midst.
    """
    for address, content in drawn().items():
        file = File.generated(config, address, content=content)
        file.dest_uri = address.removeprefix("en/")
        files.append(file)
    for language in LANGUAGES:
        tutorial = sorted(Path(config.docs_dir, language, "tutorial").glob("*.md"))
        built = listings(page.read_text(encoding="utf-8") for page in tutorial)
        for name, code in built.items():
            file = File.generated(
                config, f"{language}/{name}", content=code, inclusion=InclusionLevel.INCLUDED
            )
            file.dest_uri = file.dest_uri.removeprefix("en/")
            files.append(file)


@functools.cache  # a site is built once in each language
def drawn():
    """The figures and the page to draw on: a file's address among the pages, and what is in it."""
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "figure.html")
        for name, language in itertools.product(figures.FIGURES, LANGUAGES):
            y = figures.figure(name, language)
            made[f"{language}/figures/{name}.svg"] = draw(y, language=language).svg
            to_html(
                y, page, language=language, links=links(rf"figures/{name}\.(svg|html)", language)
            )
            made[f"{language}/figures/{name}.html"] = page.read_bytes()
    for language in LANGUAGES:
        shown = links(r"playground/digits\.html", language)
        made[f"{language}/playground/digits.html"] = digits_page(language, shown)
    return made


def links(address, language):
    """From a page that was made: home, and back to the first page that has its address."""
    found = [("xpnet", "../")]
    folder = Path(__file__).parent / language
    # the tutorial first; a page called index is at home already
    pages = (path for path in folder.rglob("*.md") if path.stem != "index")
    for path in sorted(pages, key=lambda path: (path.parent == folder, path)):
        text = path.read_text(encoding="utf-8")
        if re.search(address, text):
            title = re.search(r"^# (.*)", text, re.M)[1]
            found.append((f"← {title}", f"../{path.relative_to(folder).with_suffix('')}/"))
            break
    return found


def on_page_markdown(markdown, **_):
    """Name files of the repository, to which pages that stand there too link."""
    return re.sub(r"\[[^\]]*\]\((?:\.\./)+((?:tests|benchmarks|docker)/[^)]*)\)", r"`\1`", markdown)


def on_page_content(html, **_):
    """Figures open alone, for wide ones; docstrings leave marks and dashes, which go."""
    html = re.sub(r'(<img [^>]*src="([^"]*figures/[^"]*)"[^>]*>)', r'<a href="\2">\1</a>', html)
    html = re.sub(r'\u2013\s*(?=<div class="doc-md-description">\s*</div>)', "", html)
    return html.replace("<p>::</p>", "")


def on_page_context(context, config, **_):
    """Links from home page to home page, relative, so that the site may stand in any folder."""
    for other in config.extra.alternate:
        other["link"] = other["link"].lstrip("/") or "./"
    return context


def on_post_page(output, config, **_):
    """Without an address there is no site map, which the theme would look for at these links."""
    return output if config.site_url else re.sub(r'<link rel="alternate"[^>]*>', "", output)
