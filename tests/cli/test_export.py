"""``xpnet export`` as a user runs it."""

from __future__ import annotations

import importlib.util

import pytest

from xpnet.networks import MultiLayerNet, TwoLayerNet

HAS_ONNX = importlib.util.find_spec("onnx") is not None


@pytest.fixture
def saved(tmp_path, backend):
    net = TwoLayerNet(16, 3, 2, seed=0)
    net.pixel_scale = 1 / 255
    net.save(tmp_path / "net.safetensors")
    return tmp_path / "net.safetensors"


@pytest.mark.skipif(not HAS_ONNX, reason="a .onnx needs the extra 'onnx'")
def test_a_saved_network_is_written(xpnet_command, saved, tmp_path):
    ran = xpnet_command("export", saved, "net.onnx")
    assert (ran.code, ran.err) == (0, "")
    assert "input (batch, 16) float32, pixels times 0.003922" in " ".join(ran.out.split())
    assert (tmp_path / "net.onnx").stat().st_size > 4 * 16 * 3


@pytest.mark.skipif(not HAS_ONNX, reason="a .onnx needs the extra 'onnx'")
def test_of_a_regression_the_scores_are_told(xpnet_command, tmp_path):
    MultiLayerNet(16, [3], 2, last_layer="mse").save(tmp_path / "net.safetensors")
    ran = xpnet_command("export", "net.safetensors", "net.onnx")
    assert (ran.code, ran.err) == (0, "")
    assert "float32; scores (batch, 2)" in " ".join(ran.out.split())


@pytest.mark.skipif(HAS_ONNX, reason="onnx is installed")
def test_without_onnx_the_pip_line_is_told(xpnet_command, saved):
    ran = xpnet_command("export", saved, "net.onnx")
    assert (ran.code, ran.out) == (2, "")
    assert "pip install 'xpnet[onnx]'" in " ".join(ran.err.split())


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["net.safetensors", "net.pt"], "expected a file that ends in .onnx, got net.pt"),
        (["missing", "net.onnx"], "missing cannot be read"),
        (["net.safetensors", "no/net.onnx"], "no/net.onnx cannot be written"),
    ],
)
def test_a_mistake_is_one_line_and_code_2(xpnet_command, saved, arguments, told):
    if not HAS_ONNX and arguments[1].endswith(".onnx"):
        pytest.skip("a .onnx needs the extra 'onnx'")
    ran = xpnet_command("export", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert told in ran.err
