"""``xpnet playground`` as a user runs it."""

from __future__ import annotations

import pytest

from xpnet.networks import TwoLayerNet


@pytest.fixture
def model(tmp_path):
    def save(scale=1 / 255, size=16):
        net = TwoLayerNet(size, 5, 3, seed=0)
        net.pixel_scale = scale
        net.save(tmp_path / "net.safetensors")
        return tmp_path / "net.safetensors"

    return save


def test_the_page_is_written_in_the_language_with_the_title(xpnet_command, tmp_path, model):
    out = tmp_path / "page.html"
    ran = xpnet_command("playground", model(), "--out", out, "--language", "ko", "--title", "셋")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert "<title>셋</title>" in out.read_text(encoding="utf-8")


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("made", "out", "told"),
    [
        ({"scale": None}, "page.html", "set net.pixel_scale"),
        ({"size": 5}, "page.html", "expected a network that takes a square of"),
        ({}, "page.svg", "expected a page to end in .html"),
        ({}, "missing/page.html", "cannot be written"),
    ],
)
def test_a_mistake_is_one_line_and_code_2_and_nothing_is_written(
    xpnet_command, tmp_path, model, made, out, told
):
    ran = xpnet_command("playground", model(**made), "--out", out)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("xpnet: ")
    assert told in " ".join(ran.err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]
