"""What a person sees while the environment is made: lines with seconds, or one clear error."""

from __future__ import annotations

import subprocess
import time

_START = time.monotonic()


class Refusal(Exception):
    """The command cannot go on; the message says why and what to do."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    print(f"[{time.monotonic() - _START:6.1f} s] {message}", flush=True)


def run(*command: object, **options: object) -> str:
    """Run a command silently and return what it printed; what it said is shown if it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )
    if done.returncode:
        raise Refusal(f"{done.stdout.strip()}\nfailed: {' '.join(words)}")
    return done.stdout
