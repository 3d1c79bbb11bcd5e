"""Print what pyproject.toml wants, or renew the pins of the images in docker/pins/.

    python docker/requirements.py cuda12 test    the project's requirements with these extras
    python docker/requirements.py --renew        the newest of everything that fits together

The list is read from pyproject.toml, so that an image can install it in a layer of its own,
before the sources, and no Dockerfile repeats it. Pins have the hash of each file of a version, for
every platform; to renew them takes uv (pip install uv).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import tomllib

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent / "pyproject.toml"
BUILD = "build"
"""Stands for the build system's own requirements, beside the names of extras."""
TOOLS = ["test", "bench", BUILD]
IMAGES = {"cpu": TOOLS, "cuda12": ["cuda12", *TOOLS], "cuda13": ["cuda13", *TOOLS]}
"""The file of pins, and what the largest stage of its image holds."""
PYTHON = "3.11"
"""That of the images' base."""
HEADER = f"""\
# Every package of the image, for Python {PYTHON} on Linux.
# Made by: python docker/requirements.py --renew
"""


def requirements(project: dict, extras: list[str]) -> list[str]:
    """The requirements of a project with extras, each once."""
    optional = project["project"]["optional-dependencies"]
    known = {**optional, BUILD: project["build-system"]["requires"]}
    wrong = [extra for extra in extras if extra not in known]
    if wrong:
        raise SystemExit(f"no extra {', '.join(wrong)}; known are {', '.join(known)}")
    wanted = project["project"]["dependencies"] + [
        line for extra in extras for line in known[extra]
    ]
    return list(dict.fromkeys(wanted))


def pins(wanted: list[str]) -> str:
    """Name, version and hashes of everything that requirements ask for."""
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
    image = ["--generate-hashes", "--python-version", PYTHON, "--python-platform", "linux"]
    return subprocess.run(  # noqa: S603  the arguments are of pyproject.toml
        [*command, *image, "-"],
        input="\n".join(wanted),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def main() -> None:
    """Print the list, or write the pins."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    if sys.argv[1:] != ["--renew"]:
        print("\n".join(requirements(project, sys.argv[1:])))
        return
    for image, extras in IMAGES.items():
        path = HERE / "pins" / f"{image}.txt"
        text = HEADER + pins(requirements(project, extras))
        path.write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
