"""The rules that no other test would see broken: who imports what, and what is described."""

from __future__ import annotations

import ast
import graphlib
import importlib
import inspect
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import xpnet

PACKAGE = Path(xpnet.__file__).parent
ROOMS = [
    "errors",
    "files",
    "checks",
    "tables",
    "backends",
    "machine",
    "parameters",
    "functions",
    "initializers",
    "differences",
    "layers",
    "optimizers",
    "networks",
    "gradient",
    "graph",
    "memory",
    "datasets",
    "training",
    "plotting",
    "parity",
    "bench",
    "cli",
]
"""A room imports only rooms before it."""
SOURCES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
IMPORTABLE = [
    name
    for name in SOURCES
    if name != "xpnet.__main__" and (find_spec("cupy") or "cupy_" not in name)
]


def findings(path, source):
    """The codes that ruff finds, under the project's own settings, as if the source stood there."""
    command = [sys.executable, "-m", "ruff", "check", "--output-format=json", "-"]
    result = subprocess.run(
        [*command, "--stdin-filename", path],
        input=source,
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    return {finding["code"]: finding["message"] for finding in json.loads(result.stdout)}


@pytest.mark.skipif(not find_spec("ruff"), reason="the rule is ruff's, which is not installed")
class TestTheLintRule:
    """A stray `np.maximum(cupy_array, 0)` works by dispatch: only the lint rule sees it."""

    @pytest.mark.parametrize(
        "path",
        [
            "xpnet/layers/x.py",
            "xpnet/parameters.py",
            "xpnet/functions.py",
            "xpnet/gradient/x.py",
            "xpnet/networks/x.py",
            "xpnet/optimizers.py",
        ],
    )
    @pytest.mark.parametrize(
        "line",
        ["import numpy as np", "from numpy import maximum", "import cupy", "import cupy.cuda"],
    )
    def test_array_libraries_are_refused_where_arrays_are_asked(self, path, line):
        assert "backend_of(x).xp" in findings(path, f'"""A module."""\n\n{line}\n')["TID251"]

    @pytest.mark.parametrize("path", ["xpnet/backends/x.py", "xpnet/initializers.py"])
    def test_array_libraries_are_accepted_where_they_live(self, path):
        assert "TID251" not in findings(path, '"""A module."""\n\nimport numpy as np\n')


def imports(name):
    """The modules of xpnet that a module imports, wherever in it, but not for types alone."""
    nodes = [ast.parse(SOURCES[name].read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            nodes += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("xpnet"))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports name the whole address"
            for alias in node.names if str(node.module).partition(".")[0] == "xpnet" else ():
                longer = f"{node.module}.{alias.name}"
                yield longer if longer in SOURCES else node.module
        nodes += ast.iter_child_nodes(node)


def room(name):
    return name.split(".")[1] if "." in name else ""


def test_every_module_stands_in_a_known_room():
    assert {room(name) for name in SOURCES} == {"", "__main__", *ROOMS}


@pytest.mark.parametrize("name", [name for name in SOURCES if room(name) in ROOMS])
def test_a_room_imports_only_rooms_before_it(name):
    own = room(name)
    allowed = {own, "", *ROOMS[: ROOMS.index(own)]}
    assert {room(imported) for imported in imports(name)} <= allowed


def test_contributing_tells_this_order():
    told = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = told.partition("Imports point one way:\n\n")[2].partition("\n\n")[0]
    assert re.findall(r"\w+", block) == ROOMS


def test_networks_are_imported_without_their_checks_and_graphs(python):
    done = python("import sys, xpnet.networks; print(*sys.modules)")
    loaded = {room(name) for name in done.stdout.split() if name.startswith("xpnet.")}
    assert "networks" in loaded
    assert loaded <= set(ROOMS[: ROOMS.index("networks") + 1])


@pytest.mark.parametrize("name", [n for n in SOURCES if room(n) in ROOMS[: ROOMS.index("cli")]])
def test_only_the_command_line_looks_at_the_front_door(name):
    assert "xpnet" not in imports(name)


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: set(imports(name)) - {name} for name in SOURCES}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert order.index("xpnet.errors") < order.index("xpnet.networks.network")


def all_imports(name):
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(SOURCES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("name", SOURCES)
def test_no_module_imports_a_library_that_xpnet_is_compared_with(name):
    assert not {"torch", "jax", "sklearn", "autograd", "contenders"} & set(all_imports(name))


@pytest.mark.parametrize("name", IMPORTABLE)
def test_every_name_in_all_exists_once(name):
    module = importlib.import_module(name)
    assert len(set(module.__all__)) == len(module.__all__)
    assert [public for public in module.__all__ if not hasattr(module, public)] == []


@pytest.mark.parametrize("name", IMPORTABLE)
def test_every_public_definition_is_in_all(name):
    module = importlib.import_module(name)
    made_here = {
        public
        for public, thing in vars(module).items()
        if (inspect.isclass(thing) or inspect.isfunction(thing))
        and thing.__module__ == name
        # a protocol is for annotations: it says what an argument must be
        and not getattr(thing, "_is_protocol", False)
    }
    assert {public for public in made_here if public[0] != "_"} <= set(module.__all__)


@pytest.mark.parametrize("name", IMPORTABLE)
def test_everything_public_is_described(name):
    module = importlib.import_module(name)
    things = {name: module}
    for public in module.__all__:
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            things[public] = thing
        if inspect.isclass(thing):
            methods = vars(thing).items()
            things.update(
                {f"{public}.{k}": getattr(thing, k) for k, m in methods if is_described(k, m)}
            )
    assert [key for key, thing in things.items() if not inspect.getdoc(thing)] == []


def is_described(name, member):
    """Whether a member of a class needs words of its own or inherited ones."""
    return name[0] != "_" and isinstance(member, property | classmethod | type(is_described))
