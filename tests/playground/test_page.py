import base64
import hashlib
import json
import re
from importlib.resources import files

import pytest

from xpnet.errors import OptionError
from xpnet.networks import TwoLayerNet
from xpnet.playground import page, to_html


@pytest.fixture
def net():
    made = TwoLayerNet(16, 5, 3, seed=0)
    made.pixel_scale = 1 / 255
    return made


def test_the_page_loads_nothing_and_runs_its_own_script_alone(net):
    text = page(net)
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|import\(", text)
    script = re.search(r"<script>(.*)</script>", text, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text


def test_a_name_and_a_title_cannot_break_out(net):
    hostile = "</script><b>$title"
    net.class_names = [hostile, "1", "2"]
    text = page(net, title=hostile)
    assert "</script><b>" not in text
    saved = json.loads(re.search(r'id="saved">(.*?)</script>', text)[1])
    assert saved["classes"][0] == hostile


def test_each_layer_and_the_words_of_the_language_are_there_before_the_script(net):
    text = page(net, language="ko", links=[("xpnet", "../")])
    assert '<html lang="ko">' in text
    assert '<a href="../">xpnet</a>' in text
    for part in ("그리면서 보는 신경망", "16\u20135\u20133", "Relu1", "값 5개"):
        assert part in text


def test_another_ending_or_language_is_refused_and_nothing_is_written(net, tmp_path):
    with pytest.raises(OptionError, match=r"expected a page to end in \.html"):
        to_html(net, tmp_path / "page.svg")
    with pytest.raises(OptionError, match="expected a language of en, ko, got 'de'"):
        to_html(net, tmp_path / "page.html", language="de")
    assert list(tmp_path.iterdir()) == []


def test_no_part_of_the_page_can_end_the_element_that_holds_it():
    for part in files("xpnet.playground").joinpath("browser").iterdir():
        if not part.name.endswith(".html"):
            assert "</" not in part.read_text(encoding="utf-8")
