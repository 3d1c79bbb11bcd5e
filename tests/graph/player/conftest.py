"""A browser that all tests of the player share, where one is installed."""

import shutil

import pytest

from .browser import Player

FLAGS = (
    "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
    "disable-component-update disable-sync"
)


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    helper = shutil.which("chromedriver")
    if not (browser and helper):
        pytest.skip("the page is opened in chromium by chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS.split():
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=helper)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def player(driver, tmp_path):
    """The page in the browser; what the browser complains of fails the test."""
    driver.get("about:blank")
    driver.get_log("browser")
    yield Player(driver, tmp_path)
    assert driver.get_log("browser") == []
