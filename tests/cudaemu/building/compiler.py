"""Calls of g++: objects in the store, as many at once as there are cores, and linking."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from .console import run
from .store import Store, digest

COMMON = ("-std=c++17", "-fPIC", "-w")


class Job(NamedTuple):
    """One file to compile; `depends` is the hash of the headers it may include."""

    source: Path
    flags: tuple[str, ...]
    includes: tuple[Path, ...]
    depends: str


def key_of(job: Job, compiler: str) -> str:
    return digest(compiler, COMMON, job.flags, job.depends, job.source)


def compiled(store: Store, jobs: Iterable[Job], compiler: str) -> list[Path]:
    """The object of each job, in their order."""

    def one(job: Job) -> Path:
        def make(folder: Path) -> None:
            places = [f"-I{place}" for place in job.includes]
            run("g++", *COMMON, *job.flags, *places, "-c", job.source, "-o", folder / "object.o")

        return store.get(f"object-{job.source.stem}", key_of(job, compiler), make) / "object.o"

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return list(workers.map(one, jobs))


def link(target: Path, objects: Iterable[Path], *options: object) -> None:
    run("g++", "-shared", "-o", target, *objects, *options)


def symbols(path: Path, which: str, *options: str) -> set[str]:
    """Names in an object or library: `which` is "defined" or "undefined"."""
    listed = run("nm", *options, f"--{which}-only", path).splitlines()
    return {line.split()[-1].split("@")[0] for line in listed if line.strip()}
