"""The README's picture of the page on which one draws: a digit being drawn, as a moving picture.

    python docs/playground_moving.py        # writes docs/playground.webp

Needs Chromium with its driver, selenium and Pillow.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from digits import digits_page
from PIL import Image
from selenium import webdriver

WIDTH, HEIGHT = 1120, 638
POINTS = [
    (0.3, 0.25), (0.36, 0.2), (0.45, 0.17), (0.55, 0.18), (0.62, 0.23), (0.65, 0.3), (0.62, 0.38),
    (0.55, 0.44), (0.45, 0.47), (0.55, 0.5), (0.64, 0.55), (0.69, 0.63), (0.68, 0.72), (0.62, 0.79),
    (0.53, 0.83), (0.43, 0.83), (0.33, 0.78),
]  # fmt: skip
"""A 3, as parts of the paper's width."""
BETWEEN = 2
"""Points that are put between two of them."""
FRAME, REST = 90, 2500
"""Milliseconds of a picture, and of the last one."""


def path() -> list[tuple[float, float]]:
    """The points of the stroke, as a hand would pass them."""
    found = [POINTS[0]]
    for (x, y), (to_x, to_y) in pairwise(POINTS):
        parts = [(k + 1) / (BETWEEN + 1) for k in range(BETWEEN + 1)]
        found += [(x + part * (to_x - x), y + part * (to_y - y)) for part in parts]
    return found


def recorded() -> list[Image.Image]:
    """The page before the stroke, and after each second point of it."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for flag in "headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars":
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))
    )
    try:
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False},
        )
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "page.html")
            page.write_bytes(digits_page("en", []))
            driver.get(page.as_uri())
            pictures = [shot(driver)]
            for k, point in enumerate(path()):
                script = "drawing.begin(arguments[0], width());"
                if k:
                    script = "drawing.extend(arguments[0]);"
                driver.execute_script(script, [448 * part for part in point])
                if k % 2 == 0:
                    pictures.append(shot(driver))
    finally:
        driver.quit()
    return pictures


def shot(driver: webdriver.Chrome) -> Image.Image:
    """What the browser shows, once it has drawn what is asked for."""
    driver.execute_async_script(
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));"
    )
    return Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")


if __name__ == "__main__":
    first, *others = recorded()
    first.save(
        Path(__file__).with_name("playground.webp"),
        save_all=True,
        append_images=others,
        duration=[5 * FRAME, *[FRAME] * (len(others) - 1), REST],
        loop=0,
        quality=80,
        method=6,
        minimize_size=True,
    )
