"""The files that the tutorial's pages build: blocks of code with a file's name as their title.

A block that begins with ```` ```python title="chapter5.py" ```` belongs to that file. A page's
blocks follow those of the pages before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["listings"]


def listings(pages: Iterable[str]) -> dict[str, str]:
    """The text of each file that these pages build, by its name."""
    files: dict[str, str] = {}
    for page in pages:
        for name, code in re.findall(r'^```python title="(.+?)"\n(.*?)^```$', page, re.M | re.S):
            files[name] = f"{files[name]}\n\n{code}" if name in files else code
    return files
