"""The command ``xpnet``: all its subcommands, and what it prints of an error."""

from __future__ import annotations

import sys
from typing import Annotated, TextIO, cast

import typer

import xpnet
from xpnet.cli.bench import bench
from xpnet.cli.evaluate import evaluate
from xpnet.cli.export import export
from xpnet.cli.gradcheck import gradcheck
from xpnet.cli.graph import graph
from xpnet.cli.info import info
from xpnet.cli.parity import parity
from xpnet.cli.playground import playground
from xpnet.cli.predict import predict
from xpnet.cli.streams import Output, OutputLostError, open_descriptors
from xpnet.cli.termination import INTERRUPTED, Termination
from xpnet.cli.train import InterruptedRunError, train
from xpnet.cli.train_help import TrainCommand
from xpnet.cli.width import wrapped
from xpnet.errors import NonFiniteLossError, XpnetError

__all__ = ["app", "main"]

READER_LEFT = 141
"""The code that a shell reports for a program that prints into a pipe without a reader."""

app = typer.Typer(
    name="xpnet",
    help="Neural networks whose every gradient is explicit, on NumPy and on CuPy.",
    add_completion=False,
    pretty_exceptions_enable=False,
    # plain text, which is wrapped between words at any width; tables would cut names
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(short_help="Train a network on MNIST.", cls=TrainCommand)(train)
app.command(short_help="Measure a saved network on test data.")(evaluate)
app.command(short_help="Classify images with a saved network.")(predict)
app.command(short_help="Write a saved network as ONNX.")(export)
app.command(short_help="Check the gradients of a network.")(gradcheck)
app.command(short_help="Compare two backends, step by step.")(parity)
app.command(short_help="Draw a computational graph.")(graph)
app.command(short_help="Write a page to draw on and watch.")(playground)
app.command(short_help="Time gradients and training here.")(bench)
app.command(short_help="Show versions, BLAS and backends.")(info)


def _print_version(asked: bool) -> None:
    if asked:
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
    """Run the command; a mistake in its options is one line on stderr, with exit code 2."""
    open_descriptors()
    streams = sys.stdout, sys.stderr
    out, err = Output(sys.stdout), Output(sys.stderr, forgiving=True)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", err)
    try:
        with Termination() as ended:
            code = _run(ended)
        if out.error is not None and not isinstance(out.error, ConnectionError):
            code = _complain(f"stdout: {out.error.strerror}", 2)
    finally:
        sys.stdout, sys.stderr = streams
        out.end()
        err.end()
    sys.exit(code)


def _run(ended: Termination) -> int:
    """The command's exit code; what it could not do is printed."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except OutputLostError:
        code = READER_LEFT
    except typer.TyperException as error:
        code = _complain(error.format_message(), 2)
    except InterruptedRunError as error:
        return _complain(f"{ended.word} after {error}", ended.code)
    except NonFiniteLossError as error:
        code = _complain(str(error), 1)
    except (XpnetError, OSError) as error:
        code = _complain(str(error), 2)
    except MemoryError as error:
        code = _complain(f"out of memory: {error}" if str(error) else "out of memory", 2)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:  # typer makes it of Ctrl-C
        code = _complain(ended.word, ended.code)
    return code if isinstance(code, int) else 0


def _complain(message: str, code: int) -> int:
    print(wrapped(f"xpnet: {' '.join(message.split())}", sys.stderr), file=sys.stderr)
    return code
