from __future__ import annotations

import platform
import sys
import zipfile

import pytest
from unpack_wheels import unpack


def wheel(folder, name, tag="py3-none-any"):
    """One with a package of that name."""
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Name: {name}\nVersion: 1.0\n")


def test_a_missing_package_of_pure_python_is_unpacked_with_its_metadata(tmp_path):
    wheel(tmp_path, "not_there_at_all")
    assert unpack(tmp_path, tmp_path / "site") == ["not_there_at_all-1.0-py3-none-any.whl"]
    assert (tmp_path / "site" / "not_there_at_all" / "__init__.py").exists()
    assert (tmp_path / "site" / "not_there_at_all-1.0.dist-info" / "METADATA").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the tags are those of Linux")
def test_a_package_that_is_compiled_for_every_python_is_unpacked_on_its_own_machine(tmp_path):
    for name, kind in (("here", platform.machine()), ("elsewhere", "riscv128")):
        wheel(tmp_path, f"absent_{name}", f"cp310-abi3-manylinux_2_17_{kind}")
    found = unpack(tmp_path, tmp_path / "site")
    assert [each.partition("-")[0] for each in found] == ["absent_here"]


def test_what_is_installed_stays_as_it_is_and_compiled_wheels_are_left(tmp_path):
    wheel(tmp_path, "numpy")
    wheel(tmp_path, "compiled_and_absent", "cp311-cp311-manylinux_2_17_x86_64")
    assert unpack(tmp_path, tmp_path / "site") == []
    assert not list((tmp_path / "site").iterdir())
