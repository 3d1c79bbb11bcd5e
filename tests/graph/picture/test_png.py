import struct

import pytest

from xpnet.errors import MissingExtraError, OptionError
from xpnet.graph import draw, examples
from xpnet.graph.picture import png


def test_without_resvg_the_remedy_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"needs resvg-py: pip install 'xpnet\[plot\]'"):
        draw(examples.apple(), tmp_path / "apple.png")
    assert not list(tmp_path.iterdir())


class TestAPng:
    @pytest.fixture(autouse=True)
    def resvg(self):
        return pytest.importorskip("resvg_py", reason="a .png needs the extra 'plot'")

    @pytest.mark.parametrize("name", ["apple.png", "APPLE.PNG"])
    def test_it_has_two_pixels_for_each_of_the_svg(self, tmp_path, name):
        picture = draw(examples.apple(), tmp_path / name)
        content = (tmp_path / name).read_bytes()
        assert content.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", content[16:24])
        assert f'width="{width // 2}" height="{height // 2}"' in picture.svg

    def test_it_is_the_same_file_every_time(self, tmp_path):
        for name in ("1.png", "2.png"):
            draw(examples.orange(), tmp_path / name)
        assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()

    def test_a_refused_size_names_the_path(self, tmp_path, monkeypatch):
        monkeypatch.setattr(png, "MOST_PIXELS", 10)
        with pytest.raises(OptionError, match=r"apple\.png: the picture would have .* pixels"):
            draw(examples.apple(), tmp_path / "apple.png")
        assert not list(tmp_path.iterdir())

    def test_a_machine_without_fonts_is_told_so(self, tmp_path, monkeypatch, resvg):
        made = resvg.svg_to_bytes

        def without_fonts(svg, **options):
            return made(svg, **{**options, "skip_system_fonts": True})

        monkeypatch.setattr(resvg, "svg_to_bytes", without_fonts)
        with pytest.raises(OptionError, match=r"apple\.png: no font was found"):
            draw(examples.apple(), tmp_path / "apple.png")
        assert not list(tmp_path.iterdir())
