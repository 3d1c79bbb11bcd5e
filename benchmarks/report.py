"""Markdown and a picture from result files, one section for each machine.

    python benchmarks/report.py benchmarks/results/2030-01-02-some-cpu.json --update README.md

The files are those of ``pytest benchmarks --results`` and ``xpnet bench --json``. With several,
each has a picture of its own, whose name ends in the file's. Every file is read before any is
written.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from publishing.chart import plot_results
from publishing.markdown import markdown_tables, published_headline
from publishing.reading import read

from xpnet.bench import Results
from xpnet.errors import DataError, XpnetError
from xpnet.files import write_whole

BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def chosen(path: Path, tables: list[str]) -> Results:
    """The results in a file; with names of tables, those alone."""
    results = read(path)
    names = dict.fromkeys(row.table for row in results.rows)
    missing = [table for table in tables if table not in names]
    if missing:
        raise DataError(f"{path}: no table {', '.join(missing)}; it has {', '.join(names)}")
    return replace(results, rows=[r for r in results.rows if not tables or r.table in tables])


def section(results: Results, picture: str | None) -> str:
    """Where it was measured, the picture (an address), the tables."""
    lines = [published_headline(results.machine), ""]
    if picture:
        lines += [f"![Times of the cases]({picture})", ""]
    return "\n".join([*lines, *markdown_tables(results)])


def between_markers(page: str, block: str, source: str) -> str:
    """The page with the block in place of what stands between its markers."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not ended or BEGIN in rest or END in before + after:
        raise DataError(
            f"{source}: expected one {BEGIN} and after it one {END}; it stays as it was"
        )
    return f"{before}{begun}\n\n{block}\n\n{ended}{after}"


def pictures(plot: Path | None, files: list[Path]) -> list[Path | None]:
    """Where the picture of each file goes."""
    if plot is None or len(files) == 1:
        return [plot] * len(files)
    return [plot.with_stem(f"{plot.stem}-{file.stem}") for file in files]


def address(picture: Path | None, page: Path) -> str | None:
    """A picture's, as the page names it."""
    return picture and Path(os.path.relpath(picture, page.parent)).as_posix()


def report(options: argparse.Namespace) -> list[Path]:
    """Write what the options ask for; return the files written."""
    found = [chosen(path, options.table) for path in options.files]
    drawn = pictures(options.plot, options.files)

    def block(page: Path) -> str:
        parts = zip(found, drawn, strict=True)
        return "\n\n".join(section(results, address(picture, page)) for results, picture in parts)

    pages = {}
    if options.markdown:
        pages[options.markdown] = block(options.markdown) + "\n"
    if options.update:
        page = options.update.read_text(encoding="utf-8")
        name = str(options.update)
        pages[options.update] = between_markers(page, block(options.update), name)
    for results, picture in zip(found, drawn, strict=True):
        if picture:
            plot_results(results, str(picture))
    for page, text in pages.items():
        write_whole(page, text)
    return [*filter(None, drawn), *pages]


def main(arguments: list[str] | None = None) -> int:
    """0, and the paths written; 2, and one line of reason, if they could not be."""
    parser = argparse.ArgumentParser(description="Markdown and a picture from result files.")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="write a page of tables")
    parser.add_argument("--plot", type=Path, metavar="PICTURE", help="draw to .svg, .png or .pdf")
    parser.add_argument(
        "--update", type=Path, metavar="PAGE", help=f"replace what is between {BEGIN} and {END}"
    )
    parser.add_argument(
        "--table", action="append", default=[], help="this table alone; may be given several times"
    )
    options = parser.parse_args(arguments)
    if not (options.markdown or options.plot or options.update):
        parser.error("nothing to write: give --markdown, --plot or --update")
    try:
        for path in report(options):
            print(path)
    except (XpnetError, OSError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
