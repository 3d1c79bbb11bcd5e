"""The rules that no other test would see broken: imports, files of tests, descriptions."""

from __future__ import annotations

import ast
import functools
import graphlib
import importlib
import inspect
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import GenericAlias

import pytest

import xpnet

PACKAGE = Path(xpnet.__file__).parent
ROOT = PACKAGE.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ORDER = [
    "errors",
    "files",
    "version",
    "checks",
    "tables",
    "checkpoints",
    "backends",
    "distributed",
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
    "playground",
    "training",
    "sklearn",
    "export",
    "plotting",
    "report",
    "parity",
    "bench",
    "cli",
]
"""The modules and subpackages of xpnet; each imports only those before it."""
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
IMPORTABLE = [
    name
    for name in SOURCES
    if name != "xpnet.__main__"
    and (find_spec("cupy") or ".backends.cu" not in name)
    and (find_spec("sklearn") or not name.startswith("xpnet.sklearn"))
]
LIBRARIES_REFUSED = [
    "xpnet/functions.py",
    "xpnet/gradient/contract.py",
    "xpnet/layers/affine.py",
    "xpnet/networks/network.py",
    "xpnet/optimizers/base.py",
    "xpnet/parameters/flat.py",
]
LIBRARIES_ACCEPTED = ["xpnet/backends/numpy_backend.py", "xpnet/initializers.py"]
SETTINGS = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def findings(path, source):
    """The code and line of all that ruff finds, with the project's settings, in a file there."""
    command = [sys.executable, "-m", "ruff", "check", "--output-format=json", "-"]
    result = subprocess.run(
        [*command, "--stdin-filename", path],
        input=source,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    return [(found["code"], found["location"]["row"]) for found in json.loads(result.stdout)]


IMPORTS = ["import numpy as np", "from numpy import maximum", "import cupy", "import cupy.cuda"]


@pytest.mark.skipif(not find_spec("ruff"), reason="the rule is ruff's, which is not installed")
class TestTheLintRule:
    """A stray `np.maximum(cupy_array, 0)` works by dispatch: only the lint rule sees it."""

    @pytest.mark.parametrize("path", LIBRARIES_REFUSED)
    def test_array_libraries_are_refused_where_arrays_are_asked(self, path):
        found = findings(path, "\n".join([*IMPORTS, ""]))
        rows = [row for code, row in found if code == "TID251"]
        assert rows == list(range(1, len(IMPORTS) + 1))

    @pytest.mark.parametrize("path", LIBRARIES_ACCEPTED)
    def test_array_libraries_are_accepted_where_they_are_used(self, path):
        found = findings(path, "\n".join([*IMPORTS, ""]))
        assert "TID251" not in {code for code, _ in found}


@pytest.mark.parametrize("path", [*LIBRARIES_REFUSED, *LIBRARIES_ACCEPTED])
def test_the_lint_rule_is_tried_on_files_that_exist(path):
    assert (ROOT / path).is_file()


def setting(table, key=None):
    """What pyproject.toml has: the strings of a key, or a table's keys (3.10 has no tomllib)."""
    block = SETTINGS.partition(f"\n[{table}]\n")[2].partition("\n[")[0]
    if key is None:
        return re.findall(r'^"([^"]+)" *=', block, re.M)
    return re.findall(r'"([^"]+)"', re.search(rf"^{key} = (\[.*?\])", block, re.M | re.S)[1])


PATHS = [
    *setting("tool.ruff.lint.per-file-ignores"),
    *setting("tool.mypy", "files"),
    *(
        p
        for key in ("testpaths", "pythonpath", "slow")
        for p in setting("tool.pytest.ini_options", key)
    ),
    *(p.strip("/") for p in setting("tool.hatch.build.targets.sdist", "include")),
]
"""Those that the settings of ruff, mypy, pytest and the build name."""


@pytest.mark.parametrize("pattern", PATHS)
def test_settings_name_only_paths_that_exist(pattern):
    assert list(ROOT.glob(pattern))


def test_every_module_has_a_file_of_tests_of_its_name():
    missing = []
    for path in SOURCES.values():
        if path.name in ("__init__.py", "__main__.py"):
            continue
        tests = ROOT / "tests" / path.relative_to(PACKAGE).with_name(f"test_{path.name}")
        if not tests.is_file() or not re.search(r"^ *def test_", tests.read_text("utf-8"), re.M):
            missing.append(tests.relative_to(ROOT).as_posix())
    assert missing == []


@functools.cache
def parsed(name):
    """The syntax tree of a module."""
    return ast.parse(SOURCES[name].read_text(encoding="utf-8"))


def imports(name):
    """The modules of xpnet that a module imports, wherever in it, but not for types alone."""
    nodes = [parsed(name)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            nodes += node.orelse
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("xpnet"))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: expected an import by full name, got a relative one"
            for alias in node.names if str(node.module).partition(".")[0] == "xpnet" else ():
                longer = f"{node.module}.{alias.name}"
                yield longer if longer in SOURCES else node.module
        nodes += ast.iter_child_nodes(node)


def part(name):
    """The module or subpackage directly below xpnet that a module is, or belongs to."""
    return name.split(".")[1] if "." in name else ""


def test_the_order_names_every_part_once():
    assert len(set(ORDER)) == len(ORDER)
    assert {part(name) for name in SOURCES} == {"", "__main__", *ORDER}


def test_imports_point_one_way():
    places = {name: place for place, name in enumerate(["", *ORDER])}
    upward = [
        f"{name} imports {imported}"
        for name in SOURCES
        if part(name) in ORDER
        for imported in imports(name)
        if places[part(imported)] > places[part(name)]
    ]
    assert upward == []


def test_contributing_prints_this_order():
    block = CONTRIBUTING.partition("Imports point one way:\n\n")[2].partition("\n\n")[0]
    assert re.findall(r"\w+", block) == ORDER


def test_networks_are_imported_without_their_checks_and_graphs(python):
    done = python("import sys, xpnet.networks; print(*sys.modules)")
    loaded = {part(name) for name in done.stdout.split() if name.startswith("xpnet.")}
    assert "networks" in loaded
    assert loaded <= set(ORDER[: ORDER.index("networks") + 1])


def test_only_the_command_line_imports_the_package_itself():
    importing = {name for name in SOURCES if "xpnet" in imports(name)}
    assert {part(name) for name in importing} <= {"__main__", "cli"}


def test_no_modules_import_each_other_in_a_circle():
    graph = {name: set(imports(name)) - {name} for name in SOURCES}
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert order.index("xpnet.errors") < order.index("xpnet.networks.network")


def all_imports(name):
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]


def test_no_module_imports_a_library_that_xpnet_is_compared_with():
    compared = {"torch", "jax", "sklearn", "autograd", "contenders"}
    importing = [name for name in SOURCES if compared & set(all_imports(name))]
    # whose estimators xpnet.sklearn has, and compares with nothing
    assert [name for name in importing if not name.startswith("xpnet.sklearn")] == []


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
        if isinstance(thing, GenericAlias):  # tuple[int, ...], which Python 3.10 calls a class
            continue
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


def documented_parameters(text):
    """The names that a docstring's section "Parameters" describes."""
    section = re.search(r"^Parameters\n-{10}\n(.*?)(?=^\w[^\n]*\n-{3,}\n|\Z)", text, re.M | re.S)
    for line in re.findall(r"^\S.*", section[1], re.M) if section else ():
        yield from re.split(r", *", line.partition(" : ")[0].strip())


def wrongly_documented(thing):
    """Those names that are no parameter of a function or a class: the site is not built then."""
    described = list(documented_parameters(inspect.getdoc(thing) or ""))
    if not described:
        return []
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    taken = inspect.signature(thing).parameters.values()
    return sorted({*described} - {f"{stars.get(p.kind, '')}{p.name}" for p in taken})


@pytest.mark.parametrize("name", IMPORTABLE)
def test_what_a_docstring_calls_a_parameter_is_one(name):
    module = importlib.import_module(name)
    things = {public: getattr(module, public) for public in module.__all__}
    for public, thing in list(things.items()):
        if inspect.isclass(thing):
            methods = vars(thing).items()
            things.update(
                {f"{public}.{k}": getattr(thing, k) for k, m in methods if is_described(k, m)}
            )
    wrong = {key: wrongly_documented(thing) for key, thing in things.items() if callable(thing)}
    assert {key: names for key, names in wrong.items() if names} == {}


def test_a_name_that_is_no_parameter_is_found_among_those_that_are():
    def function(x, t, *rest, scale=1, **options):
        """Describe what there is, and one thing more.

        Parameters
        ----------
        x, t : array
            Each of them.
        *rest, scale, \
        **options
            The others.
        dtype, and more
            Nothing that is taken.

        Returns
        -------
        y : array
            No parameter.
        """

    assert list(documented_parameters(inspect.getdoc(function))) == [
        *("x", "t", "*rest", "scale", "**options", "dtype", "and more")
    ]
    assert wrongly_documented(function) == ["and more", "dtype"]
