"""What only a wheel can lack: modules, data files and the command.

CI runs these tests where nothing but the wheel can be imported, and without any extra.
"""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import subprocess
import sysconfig
from importlib.resources import files
from importlib.util import find_spec

import pytest

import xpnet
from xpnet.datasets import load_mnist
from xpnet.errors import MissingExtraError
from xpnet.export import to_onnx
from xpnet.graph import Variable, to_html
from xpnet.networks import TwoLayerNet
from xpnet.playground import to_html as playground

NEEDS = {"xpnet.backends.cu": "cupy", "xpnet.sklearn": "sklearn"}
"""What a module whose name begins so imports."""


@pytest.fixture
def typed(tmp_path):
    """Types a line after ``xpnet``, in an empty folder."""
    command = shutil.which("xpnet", path=sysconfig.get_path("scripts"))
    assert command is not None, "no command `xpnet` beside this Python"

    def run(line):
        return subprocess.run(
            [command, *line.split()],
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


def test_every_module_can_be_imported():
    names = [module.name for module in pkgutil.walk_packages(xpnet.__path__, "xpnet.")]
    assert len(names) > 100
    for name in names:
        library = next((needed for start, needed in NEEDS.items() if name.startswith(start)), None)
        if library is None or find_spec(library):
            importlib.import_module(name)


def test_the_data_and_the_sources_of_kernels_are_there():
    (x_train, _), (_, t_test) = load_mnist()
    assert (x_train.shape, t_test.shape) == ((60_000, 784), (10_000,))
    sources = {path.name for path in files("xpnet.backends").iterdir()}
    assert {"softmax_with_loss.cu", "step_feed.cu"} <= sources
    assert files("xpnet").joinpath("py.typed").is_file()


def test_pages_are_written_with_their_scripts_and_styles(tmp_path):
    to_html(Variable(2, "x") * 3, tmp_path / "graph.html")
    net = TwoLayerNet(784, 5, 10, seed=0)
    net.pixel_scale = 1 / 255
    playground(net, tmp_path / "draw.html")
    for name in ("graph.html", "draw.html"):
        assert "<style>" in (tmp_path / name).read_text(encoding="utf-8")


def test_the_command_trains_saves_and_evaluates(typed):
    trained = typed("train --iterations 600 --save digits.safetensors")
    assert (trained.returncode, trained.stderr) == (0, "")
    assert "600 iterations in " in trained.stdout
    evaluated = typed("evaluate digits.safetensors")
    assert (evaluated.returncode, evaluated.stderr) == (0, "")
    assert "accuracy" in evaluated.stdout


@pytest.mark.parametrize("line", ["--version", "info", "gradcheck", "graph apple"])
def test_a_command_ends_well(typed, line):
    done = typed(line)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.skipif(bool(find_spec("onnx")), reason="onnx is installed")
def test_what_needs_an_extra_says_how_to_install_it(tmp_path):
    with pytest.raises(MissingExtraError, match=r"pip install 'xpnet\[onnx\]'"):
        to_onnx(TwoLayerNet(784, 5, 10, seed=0), tmp_path / "net.onnx")
