"""``xpnet bench``: how fast gradients and training steps are on this machine."""

from __future__ import annotations

import sys
import textwrap
from typing import Annotated

import typer

from xpnet.bench.quick import quick_comparison
from xpnet.bench.text import headline, text
from xpnet.cli.options import JsonPath, prepare, write_json
from xpnet.cli.width import line_width
from xpnet.machine import cores, use_threads

__all__ = ["bench"]

WIDTH = 80
"""Characters of a line where the output is no terminal."""


def bench(
    threads: Annotated[
        int | None,
        typer.Option(help="Threads of BLAS, on as many cores. Default: all cores."),
    ] = None,
    json: JsonPath = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> int:
    """Time numerical gradients, backpropagation and training steps, on the CPU and on a GPU.

    Takes about ten seconds on two cores.
    """
    out = prepare(json)

    def tell(line: str) -> None:
        if not quiet:
            print(line, file=sys.stderr, flush=True)

    with use_threads(cores() if threads is None else threads):
        results = quick_comparison(tell)
    write_json(json, results.document())
    if not quiet:
        width = line_width(out, elsewhere=WIDTH)
        for line in (
            *textwrap.wrap(headline(results.machine), width),
            "",
            *text(results.rows, width),
        ):
            print(line, file=out)
    return 0
