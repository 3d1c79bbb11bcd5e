import pytest

from xpnet.report import write_report


@pytest.fixture
def opened(extra, driver, tmp_path):
    """Opens the report of a trainer; what the browser complains of fails the test."""
    driver.get("about:blank")
    driver.get_log("browser")

    def open_report(trainer, width, scheme="light"):
        write_report(trainer, tmp_path / "report.html")
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
        driver.get((tmp_path / "report.html").as_uri())
        return driver

    yield open_report
    assert driver.get_log("browser") == []


@pytest.fixture
def wide_trainer(new_trainer):
    """Twenty classes with long names: the widest table."""
    trainer = new_trainer(classes=20)
    trainer.net.class_names = [f"{k} " + "name" * 20 for k in range(20)]
    trainer.notes = {"note" * 30: {"key" * 30: "value" * 60}}
    trainer.run(epochs=2)
    return trainer


@pytest.mark.parametrize("width", [390, 1200])
def test_the_page_does_not_scroll_sideways_and_loads_nothing(opened, wide_trainer, width):
    driver = opened(wide_trainer, width)
    driver.execute_script("for (const part of document.querySelectorAll('details')) part.open = 1;")
    page, screen, loaded, broken = driver.execute_script(
        """return [
             document.documentElement.scrollWidth,
             document.documentElement.clientWidth,
             performance.getEntriesByType("resource").map((one) => one.name.slice(0, 5)),
             [...document.images].filter((image) => !image.naturalWidth).length];"""
    )
    assert page == screen
    assert set(loaded) <= {"data:"}
    assert broken == 0


def test_the_page_is_light_or_dark_as_the_reader_likes_it(opened, new_trainer):
    def brightness(scheme):
        return opened(new_trainer(), 390, scheme).execute_script(
            "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);"
        )

    assert min(brightness("light")) > 200
    assert max(brightness("dark")) < 60
