import pytest

from xpnet.graph.picture import fonts

font_manager = pytest.importorskip(
    "matplotlib.font_manager", reason="pictures need the extra 'plot'"
)


def test_what_matplotlib_can_draw_needs_no_other_font():
    assert fonts.families(["apple", "×", "Σ", "‖", "∂", "é", ""], font_manager) == ["sans-serif"]


def test_another_font_is_taken_only_for_letters_that_it_has(monkeypatch):
    letters = {"sans-serif": set("abc"), "One": set("abc"), "Two": {"가"}, "Three": {"가", "나"}}
    monkeypatch.setattr(fonts, "ASIAN", ("One", "Two", "Three", "Missing"))
    monkeypatch.setattr(fonts, "_letters", lambda family, font_manager: letters[family])
    monkeypatch.setattr(font_manager.fontManager, "get_font_names", lambda: list(letters))
    assert fonts.families(["가"], font_manager) == ["sans-serif", "Two"]
    assert fonts.families(["나가"], font_manager) == ["sans-serif", "Two", "Three"]
    assert fonts.families(["漢"], font_manager) == ["sans-serif"]
