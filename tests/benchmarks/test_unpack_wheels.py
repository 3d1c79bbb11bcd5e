from __future__ import annotations

import zipfile

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


def test_what_is_installed_stays_as_it_is_and_compiled_wheels_are_left(tmp_path):
    wheel(tmp_path, "numpy")
    wheel(tmp_path, "compiled_and_absent", "cp311-cp311-manylinux_2_17_x86_64")
    assert unpack(tmp_path, tmp_path / "site") == []
    assert not list((tmp_path / "site").iterdir())
