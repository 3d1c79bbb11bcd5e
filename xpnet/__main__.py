"""``python -m xpnet``, and the command ``xpnet``."""

# nothing more: NumPy and the rest take a while to import, in which Ctrl-C prints a traceback
import os
import signal

__all__ = ["main"]

INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C at any time ends it with one line and exit code 130."""
    # a shell that starts it in the background has it ignored
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heard:
        signal.signal(signal.SIGINT, _end)
    from xpnet.cli import main as run  # after the line above

    try:
        if heard:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        run()
    except KeyboardInterrupt:  # between two statements of the command
        _end()
    finally:
        if heard:  # all is done, and Python may print what is raised while it ends
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(*_: object) -> None:
    """End the process: modules that are being imported could catch or print an exception."""
    try:
        os.write(2, b"xpnet: interrupted\n")
    finally:  # stderr may be closed
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
