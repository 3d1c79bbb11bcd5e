"""``xpnet bench``: how fast it is on this machine, beside what else is installed here."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import Annotated

import typer

from xpnet.bench.chart import plot_results
from xpnet.bench.machine import cores, pinned
from xpnet.bench.progress import display
from xpnet.bench.short import PARTS, short_form
from xpnet.bench.tables import headline, text_tables
from xpnet.cli.options import JsonPath, prepare, write_json
from xpnet.plotting import check_plottable

__all__ = ["bench"]

WIDTH = 100
"""Of a table in a pipe."""


def bench(
    threads: Annotated[
        int | None,
        typer.Option(help="Threads of every library, on as many cores. Default: all cores."),
    ] = None,
    json: JsonPath = None,
    plot: Annotated[
        str | None, typer.Option(help="Draw the times as bars to this .png or .svg.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> int:
    """Time gradients and training steps here, beside PyTorch, JAX and scikit-learn if installed.

    Takes less than two minutes on two cores that nobody else uses.
    """
    out = prepare(json, plot)
    if plot:
        check_plottable(plot)
    with pinned(cores() if threads is None else threads):
        results = short_form(display(sys.stderr, len(PARTS), quiet))
    write_json(json, results.document())
    if plot:
        plot_results(results, plot)
    if not quiet:
        width = shutil.get_terminal_size().columns if out.isatty() else WIDTH
        told = headline(results)
        lines = textwrap.wrap(told, width) if out.isatty() else [told]
        for line in (*lines, "", *text_tables(results, width)):
            print(line, file=out)
    return 0
