"""The page that all tests of the player share."""

import pytest

from .browser import Player


@pytest.fixture
def player(driver, tmp_path):
    """The page in the browser; what the browser complains of fails the test."""
    driver.get("about:blank")
    driver.get_log("browser")
    yield Player(driver, tmp_path)
    assert driver.get_log("browser") == []
