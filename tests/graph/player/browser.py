"""The page in a browser, and the graphs that are opened there."""

import numpy as np

from xpnet.graph import Variable, examples, network_graph, trace
from xpnet.graph.page import to_html
from xpnet.graph.picture.shapes import lines
from xpnet.networks import TwoLayerNet

TAB, SHIFT, END, HOME, LEFT, RIGHT = "\ue004", "\ue008", "\ue010", "\ue011", "\ue012", "\ue014"
"""Keys, as WebDriver writes them."""


def net():
    images = np.random.default_rng(0).random((3, 784), dtype="float32")
    return network_graph(TwoLayerNet(784, 50, 10, seed=0), images, np.array([0, 1, 2]))


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
        return trace(y, language=options.get("language", "en"))

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

    def press(self, key, held=None):
        from selenium.webdriver import ActionChains

        chain = ActionChains(self.driver)
        if held:
            chain.key_down(held).send_keys(key).key_up(held).perform()
        else:
            chain.send_keys(key).perform()

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


def expected(diagram, steps):
    """The numbers that are known after some steps."""
    seen = {"forward": set(), "backward": set()}
    for step in diagram.steps[:steps]:
        seen[step.direction].update(step.edges)
    return {
        f"edge{edge.key}": (
            shown(edge.value)
            if edge.key in seen["forward"] and not in_its_node(diagram, edge)
            else None,
            shown(edge.grad) if edge.key in seen["backward"] else None,
        )
        for edge in diagram.edges
    }


def shown(text):
    """A shape and a norm stand on two lines."""
    return "".join(lines(text))


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
