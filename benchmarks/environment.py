"""Where benchmarks run: the facts of the machine, the contenders' versions, the commit."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from xpnet.machine import PACKAGES, facts

__all__ = ["commit", "environment", "slug"]

CONTENDERS = "torch", "jax", "jaxlib", "scikit-learn", "pytest-benchmark"
CHECKOUT = Path(__file__).parents[1]


def environment() -> dict[str, Any]:
    """`xpnet.machine.facts`, and the commit of the checkout."""
    return {**facts((*PACKAGES, *CONTENDERS)), "commit": commit()}


def commit() -> str:
    """Of the checkout that the benchmarks are in; "unknown" where git does not say."""
    command = ["git", "describe", "--always", "--dirty"]
    if not (CHECKOUT / ".git").exists():
        return "unknown"
    try:
        ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return ran.stdout.strip()


def slug(words: str) -> str:
    """A name for files: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
