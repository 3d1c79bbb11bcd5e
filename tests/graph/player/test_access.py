import pytest

from xpnet.graph import examples

from .browser import GRAPHS, TAB, several_uses


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", ["Reset", "Back", "Play", "Next"]), ("ko", ["처음", "이전", "재생", "다음"])],
)
def test_every_control_has_a_role_and_a_name(player, language, names):
    player.open(examples.apple(), language=language)
    buttons = player.driver.find_elements("css selector", "button")
    assert [button.accessible_name for button in buttons] == names
    assert {button.aria_role for button in buttons} == {"button"}
    for selector, role in {
        "#status": "status",
        "#picture": "region",
        ".controls": "group",
        "svg": "image",
    }.items():
        (part,) = player.driver.find_elements("css selector", selector)
        assert part.aria_role == role
        assert part.accessible_name or role == "status"
    assert player.ask("return document.documentElement.lang;") == language


def test_the_live_region_stays_and_is_read_whole(player):
    player.open(examples.apple())
    player.ask("window.region = document.getElementById('status');")
    player.click("next")
    assert player.ask(
        """return region.isConnected && region.ariaLive === "polite"
             && region.ariaAtomic === "true" && region === document.getElementById("status");"""
    )


def test_the_focus_stays_on_a_button_that_can_do_no_more(player):
    player.open(GRAPHS["forward alone"]())
    for button in ("next", "back", "reset"):
        for _ in range(2):
            player.click(button)
        assert player.ask("return document.activeElement.id;") == button
        assert player.driver.find_element("id", button).get_attribute("aria-disabled") == "true"


def test_the_tabulator_reaches_everything_and_the_focus_can_be_seen(player):
    player.open(examples.apple())
    reached = []
    for _ in range(7):
        player.press(TAB)
        reached.append(
            player.ask("return document.activeElement.id || document.activeElement.localName;")
        )
        assert player.ask("return getComputedStyle(document.activeElement).outlineStyle;") != "none"
    assert reached == ["picture", "reset", "back", "play", "next", "summary", "summary"]


LUMINANCE = """
const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
function luminance(colour) {
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data]
    .map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
const style = (part) => getComputedStyle(part);
const page = style(document.body).backgroundColor;
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_and_line_has_contrast(player, scheme):
    diagram = player.open(several_uses(), media={"prefers_color_scheme": scheme})
    dark = player.ask(LUMINANCE + "return luminance(page) < 0.5;")
    assert dark == (scheme == "dark")
    for _ in diagram.steps:
        player.click("next")
        texts, lines = player.ask(
            LUMINANCE
            + """
            const behind = (part) => {
              const node = part.closest(".node");
              const button = part.closest("button");
              return node ? style(node.querySelector(".shape")).fill
                : button ? style(button).backgroundColor : page;
            };
            const words = [...document.querySelectorAll("p, h1, button, summary, .legend span")];
            return [
              [...words.map((part) => contrast(style(part).color, behind(part))),
               ...[...document.querySelectorAll("text")].map(
                 (part) => contrast(style(part).fill, behind(part)))],
              [...document.querySelectorAll(".line, .back, .shape, .at-work .flow")].map(
                (part) => contrast(style(part).stroke, page)),
            ];"""
        )
        assert min(texts) >= 4.5
        assert min(lines) >= 3


def test_what_is_at_work_differs_by_more_than_colour(player):
    player.open(examples.apple())
    player.click("next")
    widths = player.ask(
        """const wide = (selector) =>
             parseFloat(getComputedStyle(document.querySelector(selector)).strokeWidth);
           return [wide(".node.at-work .shape"), wide(".node:not(.at-work) .shape")];"""
    )
    assert widths[0] > 2 * widths[1]


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_lines_are_drawn_in_motion_only_where_that_is_welcome(player, motion, moves):
    player.open(examples.apple(), media={"prefers_reduced_motion": motion})
    player.click("next")
    assert player.ask("return document.getAnimations().length > 0;") == moves
