"""The page in the browser, and the networks that it shows."""

import numpy as np
import pytest

from xpnet.datasets import load_mnist, mnist_like
from xpnet.layers import Affine, LeakyRelu, SoftmaxWithLoss, Tanh
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.playground import to_html
from xpnet.training import Trainer

STROKES = {
    0: [[(0.5, 0.2), (0.33, 0.3), (0.3, 0.5), (0.35, 0.72), (0.5, 0.8), (0.65, 0.7), (0.7, 0.5),
         (0.65, 0.28), (0.5, 0.2)]],
    1: [[(0.5, 0.15), (0.5, 0.85)]],
    3: [[(0.3, 0.25), (0.45, 0.17), (0.62, 0.2), (0.66, 0.32), (0.58, 0.43), (0.45, 0.48),
         (0.6, 0.5), (0.7, 0.62), (0.66, 0.76), (0.5, 0.84), (0.33, 0.78)]],
    4: [[(0.35, 0.2), (0.3, 0.5), (0.7, 0.5)], [(0.65, 0.2), (0.62, 0.85)]],
    7: [[(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)]],
}  # fmt: skip
"""The points of each stroke of a digit, as parts of the paper's width."""


@pytest.fixture(scope="session")
def nets():
    """Trained for a moment: two of MNIST's digits, one of 4 x 4 pixels."""
    (x, t), _ = load_mnist(normalize=False)
    relu = TwoLayerNet(784, 50, 10, seed=0)
    Trainer(relu, SGD(lr=0.1), (x, t), seed=0, scale=1 / 255, progress=False).run(epochs=2)
    sigmoid = MultiLayerNet(784, [40, 300], 10, activation="sigmoid", weight_init="xavier", seed=0)
    Trainer(sigmoid, Adam(), (x, t), seed=0, scale=1 / 255, progress=False).run(iterations=300)
    rng = np.random.default_rng(2)
    layers = [Affine.of(784, 40, seed=rng), Tanh(), Affine.of(40, 30, seed=rng), LeakyRelu(0.3)]
    others = Network([*layers, Affine.of(30, 10, seed=rng)], SoftmaxWithLoss())
    others.pixel_scale = 1 / 255
    small = TwoLayerNet(16, 5, 3, 0.5, seed=1, dtype="float64")
    small.pixel_scale, small.class_names = 1 / 255, ("<b>가", "two", "셋")
    return {"relu": relu, "sigmoid": sigmoid, "others": others, "small": small}


class Playground:
    def __init__(self, driver, folder):
        self.driver, self.folder = driver, folder

    def ask(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def open(self, net, width=1200, height=900, **options):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        self.net = net
        to_html(net, self.folder / "page.html", **options)
        self.driver.get((self.folder / "page.html").as_uri())
        self.settle()

    def settle(self):
        """Wait until the page shows what is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));"
        )

    def draw(self, strokes, kind="mouse"):
        from selenium.webdriver.common.actions.action_builder import ActionBuilder
        from selenium.webdriver.common.actions.pointer_input import PointerInput

        left, top, width = self.ask(
            "const place = find('paper').getBoundingClientRect();"
            "return [place.left, place.top, place.width];"
        )
        for stroke in strokes:
            actions = ActionBuilder(self.driver, mouse=PointerInput(kind, kind), duration=5)
            points = [(int(left + x * width), int(top + y * width)) for x, y in stroke]
            actions.pointer_action.move_to_location(*points[0]).pointer_down()
            for point in points[1:]:
                actions.pointer_action.move_to_location(*point)
            actions.pointer_action.pointer_up()
            actions.perform()
        self.settle()

    def click(self, button):
        self.driver.find_element("id", button).click()
        self.settle()

    def press(self, *keys):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()
        self.settle()

    def gray(self):
        """The pixels of the paper."""
        values = self.ask("return Array.from(drawing.gray().values);")
        side = int(len(values) ** 0.5)
        return np.array(values, np.uint8).reshape(side, side)

    def seen(self):
        """What the page shows: pixels, the last layer's scores, probabilities; None of nothing."""
        return self.ask(
            "return seen.pixels && [seen.pixels, seen.activations.at(-1), seen.probabilities]"
            ".map((values) => Array.from(values));"
        )

    def check(self):
        """The page shows what Python makes of the same paper; returns the class."""
        pixels, scores, probabilities = map(np.array, self.seen())
        side = int(self.net.sizes[0] ** 0.5)
        wanted = mnist_like(self.gray(), side).reshape(1, -1)
        np.testing.assert_array_equal(pixels, wanted[0])
        given = self.net.predict(wanted, scale=self.net.pixel_scale)[0]
        np.testing.assert_allclose(scores, given, rtol=0, atol=1e-4)
        powers = np.exp(given.astype(float) - given.max())
        np.testing.assert_allclose(probabilities, powers / powers.sum(), rtol=0, atol=1e-4)
        assert scores.argmax() == given.argmax()
        return int(given.argmax())


@pytest.fixture
def playground(driver, tmp_path):
    """The page in the browser; what the browser complains of fails the test."""
    driver.get("about:blank")
    driver.get_log("browser")
    yield Playground(driver, tmp_path)
    assert driver.get_log("browser") == []
