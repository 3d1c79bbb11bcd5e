import itertools

import pytest

from xpnet.graph import Variable, examples

from .browser import END, GRAPHS, check, expected


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_text_of_the_picture_lies_on_another_or_on_a_node(player, name, language):
    player.open(GRAPHS[name](), language=language)
    player.press(END)
    places = player.ask(
        """return [...document.querySelectorAll(".shape, svg text")].map((part) => {
             const place = part.getBoundingClientRect();
             return [part.closest(".node")?.id, place.left, place.top, place.right, place.bottom];
           });"""
    )
    for one, other in itertools.combinations(places, 2):
        if one[0] and one[0] == other[0]:  # a shape and its text
            assert one[1] <= other[1]
            assert other[3] <= one[3]
        else:
            assert (
                one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
            )


def test_without_scripts_the_whole_picture_the_table_and_the_steps_are_there(player):
    player.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        diagram = player.open(examples.orange())
        assert player.numbers() == expected(diagram, len(diagram.steps))
        assert not player.driver.find_element("id", "player").is_displayed()
        for selector in ("table", "#steps"):
            assert player.driver.find_element("css selector", selector).is_displayed()
    finally:
        player.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_on_paper_everything_is_there_at_any_step(player):
    diagram = player.open(examples.orange())
    player.emulate(paper=True)
    assert player.numbers() == expected(diagram, len(diagram.steps))
    player.ask("dispatchEvent(new Event('beforeprint'));")
    assert player.driver.find_element("css selector", "table").is_displayed()
    assert not player.driver.find_element("id", "play").is_displayed()
    player.ask("dispatchEvent(new Event('afterprint'));")
    assert not player.driver.find_element("css selector", "table").is_displayed()
    player.emulate()


def test_a_hostile_name_is_text_and_runs_nothing(player):
    name = "</title></script><script>window.hacked = 1</script><img src=x onerror='hacked=1'>"
    y = Variable(2.0, name) * Variable(3.0, name)
    y.name = name
    y.backward()
    diagram = player.open(y)
    for steps in range(1, len(diagram.steps) + 1):
        player.click("next")
        check(player, diagram, steps)
    assert player.ask("return [typeof hacked, document.images.length, document.title];") == [
        "undefined",
        0,
        f"Computational graph: {name}",
    ]


def test_nothing_is_loaded(player):
    player.open(examples.softmax())
    player.click("next")
    assert player.ask("return performance.getEntriesByType('resource').length;") == 0
