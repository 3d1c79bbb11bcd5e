"""The pins of the images are what pyproject.toml allows, and complete."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

DOCKER = Path(__file__).parents[2] / "docker"
pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib came with Python 3.11")


@pytest.fixture(scope="module")
def module():
    spec = importlib.util.spec_from_file_location("requirements", DOCKER / "requirements.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def project(module):
    import tomllib

    return tomllib.loads(module.PROJECT.read_text())


def pinned(image):
    """Name and version of each package; that it has hashes is a test below."""
    text = (DOCKER / "pins" / f"{image}.txt").read_text()
    return dict(re.findall(r"^([\w-]+)==([^ ]+)", text, re.M))


@pytest.mark.parametrize("image", ["cpu", "cuda12", "cuda13"])
def test_pins_hold_every_requirement_in_the_range_of_pyproject(image, module, project):
    pins = pinned(image)
    wanted = module.requirements(project, module.IMAGES[image])
    assert len(wanted) > 5
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[requirement.name]), requirement


@pytest.mark.parametrize("image", ["cpu", "cuda12", "cuda13"])
def test_every_pin_has_the_hashes_of_its_files_and_nothing_else(image):
    text = (DOCKER / "pins" / f"{image}.txt").read_text()
    entries = re.findall(
        r"^[\w-]+==[\w.]+(?: ; [^\\\n]+)?(?: \\\n {4}--hash=sha256:[0-9a-f]{64})+\n", text, re.M
    )
    assert re.sub(r"^#.*\n", "", text, flags=re.M) == "".join(entries)
    assert len(entries) == len(pinned(image))


@pytest.mark.parametrize("cuda", ["12", "13"])
def test_a_cuda_image_holds_the_libraries_that_cupy_loads(cuda):
    pins = pinned(f"cuda{cuda}")
    assert re.match(rf"{cuda}\.", pins["cuda-toolkit"])
    suffix = "-cu12" if cuda == "12" else ""  # from CUDA 13 on the wheels' names have no number
    for library in ("cublas", "cuda-nvrtc", "cuda-runtime", "curand", "cufft"):
        assert f"nvidia-{library}{suffix}" in pins


def test_requirements_are_those_of_the_project_and_of_the_extras_once(module):
    project = {
        "project": {
            "dependencies": ["numpy>=2"],
            "optional-dependencies": {
                "test": ["pytest", "numpy>=2"],
                "bench": ["pytest-benchmark>=5"],
            },
        },
        "build-system": {"requires": ["hatchling"]},
    }
    assert module.requirements(project, []) == ["numpy>=2"]
    wanted = module.requirements(project, ["test", "bench", "build"])
    assert wanted == ["numpy>=2", "pytest", "pytest-benchmark>=5", "hatchling"]


def test_an_unknown_extra_is_refused_by_name(module, project):
    with pytest.raises(SystemExit, match="no extra cuda11; known are cuda12, cuda13"):
        module.requirements(project, ["cuda11"])
