"""The page in a real browser: drawing, the answer, keys, words."""

import numpy as np
import pytest

from .conftest import STROKES

SPACE, LEFT, UP, RIGHT, DOWN, DELETE = " ", "\ue012", "\ue013", "\ue014", "\ue015", "\ue017"
CONTROL = "\ue009"


@pytest.mark.parametrize("name", ["relu", "sigmoid", "others", "small"])
def test_input_scores_and_class_are_those_of_python(playground, nets, name):
    playground.open(nets[name])
    for digit, strokes in STROKES.items():
        playground.draw(strokes)
        found = playground.check()
        assert name != "relu" or found == digit
        playground.click("erase")
        assert playground.seen() is None


@pytest.mark.parametrize("kind", ["mouse", "pen", "touch"])
def test_mouse_pen_and_finger_draw(playground, nets, kind):
    playground.open(nets["relu"])
    playground.draw(STROKES[4], kind)
    assert playground.ask("return drawing.strokes.length;") == 2
    playground.check()


def test_undo_brings_back_a_stroke_and_what_was_erased_to_the_pixel(playground, nets):
    playground.open(nets["relu"])
    playground.draw(STROKES[4][:1])
    one = playground.gray()
    playground.draw(STROKES[4][1:])
    two = playground.gray()
    playground.click("erase")
    assert np.all(playground.gray() == 255)
    playground.click("undo")
    np.testing.assert_array_equal(playground.gray(), two)
    playground.click("undo")
    np.testing.assert_array_equal(playground.gray(), one)
    playground.press(DELETE)
    assert np.all(playground.gray() == 255)


def test_the_slider_makes_strokes_thicker(playground, nets):
    playground.open(nets["relu"])
    inked = []
    for width in (12, 60):
        playground.ask("find('thickness').value = arguments[0];", width)
        playground.draw(STROKES[1])
        inked.append(int(np.sum(playground.gray()[224] < 128)))
        playground.click("erase")
    assert inked == [12, 60]


def test_keys_draw_and_say_where_the_pen_is(playground, nets):
    playground.open(nets["relu"])
    playground.ask("find('paper').focus();")
    playground.press(*UP * 8)
    assert playground.seen() is None
    playground.press(SPACE, *DOWN * 16)
    assert playground.ask("return find('told').textContent;") == "The pen is down"
    assert playground.check() == 1
    playground.press(SPACE, *RIGHT * 5)
    assert playground.ask("return find('told').textContent;") == "The pen is up"
    assert playground.ask("return drawing.strokes.length;") == 1


def test_the_answer_is_spoken_once_the_drawing_rests_and_in_the_language_chosen(playground, nets):
    playground.open(nets["relu"])
    playground.draw(STROKES[3])
    top = max(playground.seen()[2])
    playground.ask("speak();")
    spoken = "return find('spoken').textContent;"
    assert playground.ask(spoken) == f"3, probability {100 * top:.1f} %"
    playground.click("language")
    assert playground.ask(spoken) == f"3, 확률 {100 * top:.1f} %"
    words = [part.text for part in playground.driver.find_elements("css selector", "h1, h2")]
    assert words == ["그리면서 보는 신경망", "그리기", "답", "신경망 안"]
    assert playground.ask("return document.documentElement.lang;") == "ko"
    playground.click("language")
    assert playground.driver.find_element("id", "undo").text == "Undo"


def test_class_names_are_text_and_each_has_its_probability(playground, nets):
    playground.open(nets["small"])
    playground.draw(STROKES[7])
    rows = playground.ask(
        "return [...find('bars').rows].map((row) => [...row.cells].map((c) => c.textContent));"
    )
    assert [row[0] for row in rows] == ["<b>가", "two", "셋"]
    assert [row[2] for row in rows] == [f"{100 * p:.1f} %" for p in playground.seen()[2]]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_on_a_phone_nothing_is_wider_than_the_screen(playground, nets, language):
    playground.open(nets["sigmoid"], 360, 740, language=language)
    playground.draw(STROKES[3])
    assert playground.ask("return document.documentElement.scrollWidth;") == 360
    for part in playground.driver.find_elements("css selector", "button, input"):
        assert part.size["height"] >= 44


def test_every_control_has_a_name_and_nothing_is_loaded(playground, nets):
    playground.open(nets["relu"])
    for part in playground.driver.find_elements("css selector", "button, input, #paper, #input"):
        assert part.accessible_name
    assert playground.ask("return performance.getEntriesByType('resource').length;") == 0
