"""The command ``xpnet``: train, gradcheck, parity, graph, bench, info."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

import xpnet
from xpnet.cli.bench import bench
from xpnet.cli.gradcheck import gradcheck
from xpnet.cli.graph import graph
from xpnet.cli.info import info
from xpnet.cli.parity import parity
from xpnet.cli.train import train
from xpnet.errors import NonFiniteLossError, XpnetError

__all__ = ["app", "main"]

# typer's own root of usage errors, which it does not export: BadParameter, UsageError, root
_UsageRoot: Any = typer.BadParameter.__mro__[2]

INTERRUPTED = 130

app = typer.Typer(
    name="xpnet",
    help="Neural networks whose every gradient is explicit, on NumPy and on CuPy.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(train)
app.command()(gradcheck)
app.command()(parity)
app.command()(graph)
app.command()(bench)
app.command()(info)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(xpnet.__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
) -> None: ...


def main() -> None:
    """Run the command; a mistake in its options is one line on stderr and exit code 2."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except _UsageRoot as error:
        code = _complain(error.format_message(), 2)
    except NonFiniteLossError as error:
        code = _complain(str(error), 1)
    except (XpnetError, OSError) as error:
        code = _complain(str(error), 2)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:  # typer makes it of Ctrl-C; train returns it, its history written
        _complain("interrupted", INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(message: str, code: int) -> int:
    print(f"xpnet: {' '.join(message.split())}", file=sys.stderr)
    return code
