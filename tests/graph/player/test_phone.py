import pytest

from xpnet.graph import examples

from .browser import GRAPHS, RIGHT, SHIFT


@pytest.mark.parametrize(("name", "language"), [("apple", "ko"), ("net", "en"), ("leaf", "en")])
def test_on_a_phone_the_page_does_not_scroll_sideways(player, name, language):
    diagram = player.open(GRAPHS[name](), 360, 740, title="gradient" * 12, language=language)
    player.ask("for (const details of document.querySelectorAll('details')) details.open = true;")
    for step in range(len(diagram.steps) + 1):
        wide, screen = player.ask("return [document.documentElement.scrollWidth, innerWidth];")
        assert (wide, screen) == (360, 360), f"step {step}"
        player.click("next")


@pytest.mark.parametrize("name", ["apple", "softmax", "net"])
def test_on_a_phone_the_node_at_work_and_the_nearest_new_number_stay_in_view(player, name):
    diagram = player.open(GRAPHS[name](), 360, 740)
    for button in ["next"] * len(diagram.steps) + ["back"] * (len(diagram.steps) - 1):
        player.click(button)
        page, node, number = player.ask(
            """const view = document.getElementById("picture").getBoundingClientRect();
               const inside = (selector) => [...document.querySelectorAll(selector)].some(
                 (part) => {
                   const place = part.getBoundingClientRect();
                   return view.left <= place.left && place.right <= view.right
                     && view.top <= place.top && place.bottom <= view.bottom;
                 });
               return [scrollX, inside(".node.at-work .shape"), inside(".new")];"""
        )
        assert (page, node) == (0, True)
        # "SoftmaxWithLoss" and the number of a matrix are wider together than a phone
        assert number or name == "net"


def test_shift_and_arrows_move_the_picture(player):
    player.open(GRAPHS["net"](), 360, 740)
    player.press(RIGHT, held=SHIFT)
    assert player.ask("return document.getElementById('picture').scrollLeft;") == 80
    assert player.status()[0].startswith("Before the first")


@pytest.mark.parametrize("width", [360, 1200])
def test_what_is_pressed_is_large_enough_for_a_finger(player, width):
    player.open(examples.apple(), width)
    for part in player.driver.find_elements("css selector", "button, summary"):
        assert min(part.size["height"], part.size["width"]) >= 44
