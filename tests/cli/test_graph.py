"""``xpnet graph`` as a user runs it."""

from __future__ import annotations

import importlib.util

import pytest

NAMES = "apple", "orange", "square", "sigmoid", "softmax", "net"
HEADS = {
    ".svg": "<svg",
    ".txt": "",
    ".mmd": "flowchart LR",
    ".dot": "digraph",
    ".html": "<!doctype html>",
}


@pytest.mark.parametrize("name", NAMES)
def test_without_a_file_every_graph_is_printed(xpnet_command, small_data, name):
    ran = xpnet_command("graph", name, "--data", small_data, "--hidden", 3)
    assert (ran.code, ran.err) == (0, "")
    wanted = {
        "apple": "2.2",
        "orange": "165",
        "square": "10",
        "sigmoid": "0.1491",
        "net": "(3, 16)",
    }
    assert wanted.get(name, "0.3057") in ran.out


@pytest.mark.parametrize("ending", HEADS)
def test_the_ending_chooses_the_format(xpnet_command, tmp_path, ending):
    path = tmp_path / f"apple{ending}"
    ran = xpnet_command("graph", "apple", "--out", path)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    text = path.read_text(encoding="utf-8")
    assert text.lower().startswith(HEADS[ending].lower())
    assert "2.2" in text
    assert "price" in text


@pytest.mark.skipif(not importlib.util.find_spec("resvg_py"), reason="a .png needs 'plot'")
def test_a_png(xpnet_command, tmp_path):
    path = tmp_path / "apple.PNG"
    ran = xpnet_command("graph", "apple", "--out", path)
    assert (ran.code, ran.err) == (0, "")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_graph_of_a_network_has_its_layers(xpnet_command, small_data):
    options = "--hidden", "4,3", "--activation", "sigmoid", "--images", 2
    ran = xpnet_command("graph", "net", "--data", small_data, *options)
    assert ran.code == 0, ran.err
    for name in ("Affine1", "Sigmoid2", "Affine3", "SoftmaxWithLoss", "W3", "(2, 4)"):
        assert name in ran.out


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lemon"], "expected a graph of apple, orange, square"),
        (
            ["apple", "--out", "apple.gif"],
            "--out: expected a file that ends in .svg, .png, .html, .txt, .mmd, .dot",
        ),
        (["apple", "--out", "apple"], "--out: expected a file that ends in .svg"),
        (
            ["apple", "--out", "missing/apple.svg"],
            "apple.svg cannot be written: No such file",
        ),
        (["net", "--images", "0"], "--images: expected 1 to 60000, got 0"),
        (["apple", "--backend", "torch"], "expected one of numpy, cupy, auto, got 'torch'"),
        ([], "Missing argument 'name'"),
    ],
)
def test_a_mistake_is_one_line_and_code_2_and_nothing_is_written(
    xpnet_command, tmp_path, arguments, told
):
    ran = xpnet_command("graph", *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("xpnet: ")
    assert told in ran.err
    assert list(tmp_path.iterdir()) == []
