#!/usr/bin/env python3
"""Make an environment with CuPy on an emulated CUDA device: `python tests/cudaemu/setup.py DIR`.

Needs g++ and pip, on Linux on x86-64. The folder becomes a virtual environment that holds CuPy's
own wheel, the emulator, and this checkout of xpnet with what its tests need. A second run does
only what a change in the sources asks for. README.md beside this file tells the rest.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from building.checks import check_all
from building.console import Refusal, say
from building.environment import default_cache, make


def options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0] + ".")
    parser.add_argument("folder", type=Path, help="a new folder, or one that this command made")
    parser.add_argument(
        "--cache",
        type=Path,
        default=os.environ.get("XPNET_CUDAEMU_CACHE") or default_cache(),
        help="where downloads and binaries are kept for the next environment "
        "(default: %(default)s; also by XPNET_CUDAEMU_CACHE)",
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    given = options(arguments)
    try:
        folder, cache = given.folder.absolute(), Path(given.cache).absolute()
        compiler = check_all(folder)
        if make(folder, cache, compiler):
            say(f"done; now run  {given.folder}/bin/pytest --backend cupy")
        else:
            say(f"{given.folder} is up to date")
    except Refusal as refusal:
        print(f"setup.py: error: {refusal}", file=sys.stderr)
        return refusal.code
    except OSError as problem:  # no space, no right to write
        print(f"setup.py: error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup.py: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
