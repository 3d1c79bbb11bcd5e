import time

import pytest

from xpnet.graph import Variable, examples

from .browser import END, GRAPHS, HOME, LEFT, RIGHT, check


@pytest.mark.parametrize("name", ["apple", "sigmoid", "softmax", "several uses", "forward alone"])
def test_each_step_shows_what_the_diagram_says_and_back_takes_it_away(player, name):
    diagram = player.open(GRAPHS[name]())
    check(player, diagram, 0)
    for steps in range(1, len(diagram.steps) + 1):
        player.click("next")
        check(player, diagram, steps)
    player.click("next")
    check(player, diagram, len(diagram.steps))
    for steps in reversed(range(len(diagram.steps))):
        player.click("back")
        check(player, diagram, steps)
    player.click("back")
    check(player, diagram, 0)


def test_in_korean_the_steps_are_told_in_korean(player):
    diagram = player.open(examples.apple(), language="ko")
    player.click("next")
    assert player.status() == ["5단계 중 1단계, 순전파", *diagram.steps[0].lines]
    assert diagram.steps[0].lines == ("곱셈: 100 × 2 = 200",)


def test_a_leaf_alone_has_no_steps_and_every_button_does_nothing(player):
    diagram = player.open(Variable(2.0, "x"))
    for button in ("next", "back", "reset", "play", "play"):
        player.click(button)
        assert player.status() == ["Before the first of 0 steps"]
    assert player.numbers() == {"edge0": (diagram.edges[0].value, None)}


def test_reset_goes_to_the_start(player):
    diagram = player.open(examples.orange())
    for _ in range(4):
        player.click("next")
    player.click("reset")
    check(player, diagram, 0)


def test_keys_go_forward_and_back_and_to_both_ends(player):
    diagram = player.open(examples.apple())
    for key, steps in [
        (RIGHT, 1),
        (RIGHT, 2),
        (LEFT, 1),
        (END, len(diagram.steps)),
        (HOME, 0),
        (LEFT, 0),
    ]:
        player.press(key)
        check(player, diagram, steps)


def test_keys_of_the_browser_are_left_to_it(player):
    player.open(examples.apple())
    for modifier in ("altKey", "ctrlKey", "metaKey"):
        left = player.ask(
            f"""return document.body.dispatchEvent(new KeyboardEvent("keydown",
                {{key: "ArrowRight", {modifier}: true, bubbles: true, cancelable: true}}));"""
        )
        assert left, "the browser's own handling was prevented"
    assert player.status() == ["Before the first of 5 steps"]


def test_space_plays_and_pauses_but_presses_the_button_that_has_the_focus(player):
    player.open(examples.apple())
    player.wait(10**6)
    player.press(" ")
    assert player.playing()
    player.press(" ")
    assert not player.playing()
    assert player.status()[0] == "Step 1 of 5, forward"
    player.ask("document.getElementById('next').focus();")
    player.press(" ")
    assert player.status()[0] == "Step 2 of 5, forward"
    assert not player.playing()


def play_to_the_end(player):
    player.wait(10)
    player.click("play")
    until = time.monotonic() + 60
    while player.playing():
        assert time.monotonic() < until


@pytest.mark.parametrize("name", ["orange", "forward alone"])
def test_play_runs_to_the_end_by_itself_and_again_from_the_start(player, name):
    diagram = player.open(GRAPHS[name]())
    for _ in range(2):
        play_to_the_end(player)
        check(player, diagram, len(diagram.steps))


def test_a_step_by_hand_ends_the_play(player):
    diagram = player.open(examples.apple())
    player.wait(10**6)
    player.click("play")
    player.click("next")
    assert not player.playing()
    check(player, diagram, 2)


@pytest.mark.parametrize(("width", "height"), [(1200, 800), (360, 740)])
def test_every_step_looks_different(player, width, height):
    diagram = player.open(examples.apple(), width=width, height=height)
    looks = [player.driver.get_screenshot_as_png()]
    for _ in diagram.steps:
        player.press(RIGHT)
        looks.append(player.driver.get_screenshot_as_png())
    assert len(set(looks)) == len(diagram.steps) + 1
