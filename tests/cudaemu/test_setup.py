"""The command that makes the environment: what it refuses, and when it does nothing."""

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

SETUP = Path(__file__).parent / "setup.py"


@pytest.fixture
def command(tmp_path):
    """Runs setup.py with an empty cache and no package index to reach."""

    def run(*arguments, **variables):
        return subprocess.run(
            [sys.executable, str(SETUP), *map(str, arguments), "--cache", str(tmp_path / "cache")],
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, **variables},
        )

    return run


@pytest.fixture
def checks(building):
    return import_module(f"{building.__name__}.checks")


@pytest.fixture
def refusal(building):
    return import_module(f"{building.__name__}.console").Refusal


def error_of(done):
    """The one line of a refusal."""
    assert done.stderr.startswith("setup.py: error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_folder_of_somebody_else_is_refused_and_not_touched(command, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("three years")
    done = command(theirs)
    assert done.returncode == 2
    assert "is not empty and was not made by this command: name a new folder" in error_of(done)
    assert [entry.name for entry in theirs.iterdir()] == ["thesis.txt"]


def test_a_file_is_refused(command, tmp_path):
    (tmp_path / "file").write_text("")
    done = command(tmp_path / "file")
    assert done.returncode == 2
    assert "is a file: name a new folder" in error_of(done)


def test_without_a_compiler_it_says_what_to_install(command, tmp_path):
    done = command(tmp_path / "new", PATH=str(tmp_path))
    assert done.returncode == 1
    assert "apt-get install g++" in error_of(done)
    assert not (tmp_path / "new").exists()


def test_no_arguments_is_a_usage_error():
    done = subprocess.run([sys.executable, str(SETUP)], capture_output=True, text=True)
    assert done.returncode == 2
    assert "usage: setup.py" in done.stderr


@pytest.mark.parametrize(
    ("machine", "says"),
    [
        (("Darwin", "arm64", (3, 12)), "Darwin on arm64"),
        (("Windows", "AMD64", (3, 12)), "Windows on AMD64"),
        (("Linux", "aarch64", (3, 12)), "Linux on aarch64"),
        (("Linux", "x86_64", (3, 9)), "Python 3.9"),
        (("Linux", "x86_64", (3, 14)), "Python 3.14"),
    ],
)
def test_another_machine_or_python_is_refused_by_name(checks, refusal, machine, says):
    with pytest.raises(refusal, match=says) as raised:
        checks.check_machine(*machine)
    assert raised.value.code == 2


@pytest.mark.parametrize("minor", [10, 11, 12, 13])
def test_every_python_of_xpnet_is_taken(checks, minor):
    checks.check_machine("Linux", "x86_64", (3, minor))


def test_missing_headers_of_python_are_named(checks, refusal, tmp_path):
    with pytest.raises(refusal, match="python3-dev"):
        checks.check_headers(str(tmp_path))


def test_an_old_compiler_is_refused(checks, refusal, tmp_path, monkeypatch):
    for name in ("g++", "nm"):
        old = tmp_path / name
        old.write_text("#!/bin/sh\necho 'g++ (Debian 10.2.1-6) 10.2.1'\n")
        old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(refusal, match=r"10\.2\.1: too old, g\+\+ 12"):
        checks.check_compiler()


def test_its_own_folder_is_taken_again_even_after_an_interruption(checks, tmp_path):
    (tmp_path / checks.RECORD).write_text("{}")
    (tmp_path / "half").mkdir()
    checks.check_folder(tmp_path)


def test_no_network_and_no_cache_is_one_line(building, refusal, tmp_path):
    packages = import_module(f"{building.__name__}.packages")
    with pytest.raises(refusal, match="connect this machine") as raised:
        packages.fetch("CuPy", Path(sys.executable), "--no-index", "-d", tmp_path, "xpnet-no-such")
    assert str(raised.value).count("\n") == 0


def test_every_package_that_the_emulator_is_built_from_has_a_hash(building):
    packages = import_module(f"{building.__name__}.packages")
    for file in (packages.WHEELS, packages.SOURCE):
        text = "\n".join(line for line in file.read_text().splitlines() if line[:1] != "#")
        entries = text.replace("\\\n", " ").strip().splitlines()
        assert entries
        for entry in entries:
            assert "==" in entry
            assert "--hash=sha256:" in entry


def test_cython_is_the_one_that_translates_for_the_wheel(building):
    modules = import_module(f"{building.__name__}.cupy_modules")
    assert f"cython=={modules.CYTHON} " in modules.WHEELS.read_text()


def test_a_finished_environment_is_left_alone(building, tmp_path, monkeypatch):
    environment = import_module(f"{building.__name__}.environment")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("")
    record = tmp_path / environment.RECORD
    record.write_text(json.dumps(environment.wanted("g++ 12", tmp_path / "cache")))
    monkeypatch.setattr(environment, "put_package", lambda *_: pytest.fail("builds again"))
    assert not environment.make(tmp_path, tmp_path / "cache", "g++ 12")


def test_a_changed_source_rebuilds_the_emulator_and_keeps_the_packages(
    building, tmp_path, monkeypatch
):
    environment = import_module(f"{building.__name__}.environment")
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    cache = tmp_path / "cache"
    made = environment.wanted("g++ 12", cache)
    (tmp_path / environment.RECORD).write_text(json.dumps({**made, "emulator": "older"}))
    built = []
    monkeypatch.setattr(environment, "fresh_environment", lambda *_: pytest.fail("installs again"))
    monkeypatch.setattr(environment, "translated", lambda *_: tmp_path)
    monkeypatch.setattr(environment, "put_package", lambda *_: built.append(1))
    assert environment.make(tmp_path, cache, "g++ 12")
    assert built == [1]
    assert environment.recorded(tmp_path) == made


def test_a_run_that_broke_off_is_recorded_as_unfinished(building, tmp_path, monkeypatch):
    environment = import_module(f"{building.__name__}.environment")

    def breaks_off(folder, **_):
        (folder / "half").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module(f"{building.__name__}.packages").venv, "create", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        environment.make(tmp_path / "new", tmp_path / "cache", "g++ 12")
    assert environment.recorded(tmp_path / "new") == {}
    import_module(f"{building.__name__}.checks").check_folder(tmp_path / "new")
