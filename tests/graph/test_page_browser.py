import itertools
import shutil
import time

import numpy as np
import pytest

from xpnet.graph import Variable, examples, trace
from xpnet.graph.page import to_html
from xpnet.networks import TwoLayerNet

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="the page is opened in chromium by chromedriver"
)
FLAGS = (
    "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
    "disable-component-update disable-sync"
)


def net():
    images = np.random.default_rng(0).random((3, 784), dtype="float32")
    return TwoLayerNet(784, 50, 10, seed=0).graph(images, np.array([0, 1, 2]))


def several_uses():
    x = Variable(3.0, "x")
    y = x * x + x / 4 + 1
    y.backward()
    return y


def names_of_all_widths():
    names = "사과의 가격", "WWWWWWWWWW", "(((((:)))))", "mmmm @@@@", "illill", "🍎🍎🍎🍎"
    y = Variable(1.0, "𝛼βγδεζ")
    for name in names:
        y = y * Variable(1.0, name)
    y.name = "…………"
    y.backward()
    return y


GRAPHS = {
    "apple": examples.apple,
    "orange": examples.orange,
    "square": examples.square,
    "sigmoid": examples.sigmoid,
    "softmax": examples.softmax,
    "net": net,
    "several uses": several_uses,
    "names of all widths": names_of_all_widths,
    "forward alone": lambda: Variable(2.0, "x") * Variable(3.0, "w"),
    "leaf": lambda: Variable(2.0, "x"),
}


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in FLAGS.split():
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = Service(executable_path=DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


class Player:
    """The page in the browser."""

    def __init__(self, driver, folder):
        self.driver, self.folder = driver, folder

    def ask(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def open(self, y, width=1200, height=800, **options):
        self.emulate(**options.pop("media", {}))
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        to_html(y, self.folder / "page.html", **options)
        self.driver.get((self.folder / "page.html").as_uri())
        return trace(y, options.get("language", "en"))

    def emulate(self, paper=False, **features):
        features = {"prefers_reduced_motion": "reduce", **features}
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {
                "media": "print" if paper else "",
                "features": [
                    {"name": name.replace("_", "-"), "value": value}
                    for name, value in features.items()
                ],
            },
        )

    def click(self, button):
        self.driver.find_element("id", button).click()

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def state(self):
        """What can be seen: the numbers of each edge, the nodes at work, the live region."""
        numbers, at_work, status = self.ask(
            """const seen = (part) =>
                 part && part.checkVisibility({visibilityProperty: true}) ? part.textContent : null;
               const all = (selector, get) => [...document.querySelectorAll(selector)].map(get);
               return [
                 all(".numbers", (edge) => [
                   edge.id,
                   [seen(edge.querySelector(".value")), seen(edge.querySelector(".derivative"))],
                 ]),
                 all(".node.at-work", (node) => node.id),
                 all("#status p", (line) => line.textContent),
               ];"""
        )
        return {key: tuple(texts) for key, texts in numbers}, at_work, status

    def numbers(self):
        return self.state()[0]

    def status(self):
        return self.state()[2]

    def playing(self):
        return self.driver.find_element("id", "play").accessible_name == "Pause"

    def wait(self, milliseconds):
        """Sets how long a step stays when the page plays."""
        self.ask("document.getElementById('player').dataset.wait = arguments[0];", milliseconds)


@pytest.fixture
def player(driver, tmp_path):
    driver.get("about:blank")
    driver.get_log("browser")
    yield Player(driver, tmp_path)
    assert driver.get_log("browser") == []


def expected(diagram, steps):
    """The numbers that are known after some steps."""
    seen = {"forward": set(), "backward": set()}
    for step in diagram.steps[:steps]:
        seen[step.direction].update(step.edges)
    return {
        f"edge{edge.key}": (
            edge.value if edge.key in seen["forward"] and not in_its_node(diagram, edge) else None,
            edge.grad if edge.key in seen["backward"] else None,
        )
        for edge in diagram.edges
    }


def in_its_node(diagram, edge):
    return diagram.nodes[edge.source].kind == "constant"


def check(player, diagram, steps):
    numbers, at_work, status = player.state()
    assert numbers == expected(diagram, steps)
    if steps == 0:
        assert at_work == []
        assert status == [f"Before the first of {len(diagram.steps)} steps"]
        return
    step = diagram.steps[steps - 1]
    assert at_work == [f"node{step.node}"]
    progress = f"Step {steps} of {len(diagram.steps)}, {step.direction}"
    assert status == [progress, *step.lines]


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
    from selenium.webdriver.common.keys import Keys

    diagram = player.open(examples.apple())
    for key, steps in [
        (Keys.ARROW_RIGHT, 1),
        (Keys.ARROW_RIGHT, 2),
        (Keys.ARROW_LEFT, 1),
        (Keys.END, len(diagram.steps)),
        (Keys.HOME, 0),
        (Keys.ARROW_LEFT, 0),
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


@pytest.mark.parametrize(("name", "language"), [("apple", "ko"), ("net", "en"), ("leaf", "en")])
def test_on_a_phone_the_page_does_not_scroll_sideways(player, name, language):
    diagram = player.open(GRAPHS[name](), 360, 740, title="gradient" * 12, language=language)
    player.ask("for (const details of document.querySelectorAll('details')) details.open = true;")
    for step in range(len(diagram.steps) + 1):
        wide, screen = player.ask("return [document.documentElement.scrollWidth, innerWidth];")
        assert (wide, screen) == (360, 360), f"step {step}"
        player.click("next")


@pytest.mark.parametrize("name", ["apple", "net"])
def test_on_a_phone_the_node_at_work_stays_in_view(player, name):
    diagram = player.open(GRAPHS[name](), 360, 740)
    for button in ["next"] * len(diagram.steps) + ["back"] * (len(diagram.steps) - 1):
        player.click(button)
        page, outside = player.ask(
            """const view = document.getElementById("picture").getBoundingClientRect();
               const parts = document.querySelectorAll(".node.at-work .shape");
               return [scrollX, [...parts].filter((part) => {
                 const place = part.getBoundingClientRect();
                 return place.left < view.left || place.right > view.right
                   || place.top < view.top || place.bottom > view.bottom;
               }).length];"""
        )
        assert (page, outside) == (0, 0)


def test_shift_and_arrows_move_the_picture(player):
    from selenium.webdriver.common.keys import Keys

    player.open(GRAPHS["net"](), 360, 740)
    webdriver.ActionChains(player.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT).key_up(
        Keys.SHIFT
    ).perform()
    assert player.ask("return document.getElementById('picture').scrollLeft;") == 80
    assert player.status()[0].startswith("Before the first")


@pytest.mark.parametrize("width", [360, 1200])
def test_what_is_pressed_is_large_enough_for_a_finger(player, width):
    player.open(examples.apple(), width)
    for part in player.driver.find_elements("css selector", "button, summary"):
        assert min(part.size["height"], part.size["width"]) >= 44


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
    from selenium.webdriver.common.keys import Keys

    player.open(examples.apple())
    reached = []
    for _ in range(7):
        player.press(Keys.TAB)
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


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_text_of_the_picture_lies_on_another_or_on_a_node(player, name, language):
    from selenium.webdriver.common.keys import Keys

    player.open(GRAPHS[name](), language=language)
    player.press(Keys.END)
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
