import io
import json
import subprocess
import sys

import numpy as np
import pytest

import xpnet
from xpnet.networks import TwoLayerNet

Image = pytest.importorskip("PIL.Image", reason="images need the extra 'images'")


@pytest.fixture
def model(tmp_path, backend):
    """A network that tells an upright line from one that lies."""
    net = TwoLayerNet(784, 2, 3, seed=0)
    upright = np.zeros((28, 28))
    upright[:, 13:16] += 1
    upright[13:16] -= 1
    net.params["W1"] = xpnet.asarray(np.stack([upright.ravel(), -upright.ravel()], axis=1) / 10)
    net.params["W2"] = xpnet.asarray([[1.0, 0, 0], [0, 1, 0]])
    net.class_names, net.pixel_scale = ["up", "flat", "none"], 1 / 255
    path = tmp_path / "net.safetensors"
    net.save(path)
    return path


@pytest.fixture
def lines(tmp_path):
    """A folder of two pictures, "flat.png" and "up.jpg"."""
    folder = tmp_path / "lines"
    folder.mkdir()
    gray = np.full((90, 120), 200, np.uint8)
    gray[10:70, 20:30] = 30
    Image.fromarray(gray).save(folder / "up.jpg")
    Image.fromarray(np.ascontiguousarray(255 - gray.T)).save(folder / "flat.png")
    return folder


def test_each_image_is_a_line_with_class_and_probability(xpnet_command, model, lines):
    ran = xpnet_command("predict", model, "lines/up.jpg", "lines")
    assert ran.code == 0, ran.err
    assert ran.err == ""
    rows = [line.split() for line in ran.out.splitlines()]
    assert [row[:2] for row in rows] == [
        ["lines/up.jpg", "up"],
        ["lines/flat.png", "flat"],
        ["lines/up.jpg", "up"],
    ]
    assert all(row[2].endswith("%") for row in rows)


def test_top_shows_the_next_classes_too(xpnet_command, model, lines):
    ran = xpnet_command("predict", model, "lines/up.jpg", "--top", 3)
    shown = ran.out.split()[1:]
    assert shown[0] == "up"
    assert sorted(shown[::2]) == ["flat", "none", "up"]
    shares = [float(share.rstrip("%")) for share in shown[1::2]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=0.2)


def test_json_has_every_probability_and_every_error(xpnet_command, model, lines, tmp_path):
    (lines / "bad.png").write_text("no image")
    Image.new("L", (50, 50), 99).save(lines / "blank.png")
    ran = xpnet_command("predict", model, "lines", "none.png", "--json", "-")
    assert ran.code == 2
    document = json.loads(ran.out)
    assert document["model"] == str(model)
    bad, blank, flat, up, none = document["predictions"]
    assert set(bad) == set(blank) == set(none) == {"image", "error"}
    assert "no image that can be read" in bad["error"]
    assert blank["error"].startswith("lines/blank.png: nothing is drawn")
    assert (none["image"], flat["class"], up["class"]) == ("none.png", "flat", "up")
    assert list(up["probabilities"]) == ["up", "flat", "none"]
    assert up["probability"] == max(up["probabilities"].values())
    errors = [line for line in ran.err.splitlines() if line.startswith("xpnet: ")]
    assert len(errors) == 3


def test_bad_images_alone_are_one_line_each(xpnet_command, model, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = xpnet_command("predict", model, "none.png", "empty")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 2)


def test_an_image_comes_by_stdin(model, lines):
    command = [sys.executable, "-m", "xpnet", "predict", str(model), "-"]
    content = (lines / "up.jpg").read_bytes()
    ran = subprocess.run(command, input=content, capture_output=True, check=True)
    assert ran.stdout.split()[:2] == [b"-", b"up"]
    ran = subprocess.run(command, input=b"", capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.startswith(b"xpnet: stdin: this is empty")


def test_the_preview_is_what_the_network_saw(xpnet_command, model, lines, tmp_path):
    ran = xpnet_command("predict", model, "lines", "none.png", "--preview", "seen.png")
    assert ran.code == 2
    page = np.asarray(Image.open(io.BytesIO((tmp_path / "seen.png").read_bytes())))
    assert page.shape == (156, 260)
    flat, up = page[12:124, 12:124] > 0, page[12:124, 136:248] > 0
    assert np.ptp(np.flatnonzero(up.any(axis=1))) > 4 * np.ptp(np.flatnonzero(up.any(axis=0)))
    assert np.ptp(np.flatnonzero(flat.any(axis=0))) > 4 * np.ptp(np.flatnonzero(flat.any(axis=1)))


def saved(tmp_path, inputs=784, scale=1 / 255):
    net = TwoLayerNet(inputs, 3, 2, seed=0)
    net.pixel_scale = scale
    net.save(tmp_path / "other.safetensors")
    return tmp_path / "other.safetensors"


@pytest.mark.one_backend
@pytest.mark.parametrize(
    ("network", "options", "told"),
    [
        ({"inputs": 15}, (), "expected a network that takes a square of gray pixels"),
        ({"scale": None}, (), "set net.pixel_scale (1/255"),
        ({}, ("--top", 0), "--top: expected 1 to 2, got 0"),
        ({}, ("--top", 3), "--top: expected 1 to 2, got 3"),
        ({}, ("--preview", "a.jpg"), "--preview: expected a file that ends in .png, got a.jpg"),
        ({}, ("--json", "no/such/folder/x.json"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(xpnet_command, tmp_path, network, options, told):
    ran = xpnet_command("predict", saved(tmp_path, **network), "a.png", *options)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert told in ran.err
