"""What tests of pages share: one browser for all of them."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Chromium without a window, as wide as a telephone."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("there is no Chromium with its driver on this machine (Debian: chromium, chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    quiet = "disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
    for flag in ("headless", "no-sandbox", *quiet.split(), "disable-dev-shm-usage", "window-size=360,800"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    started = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture
def visit(browser):
    """Open a page, whole: a browser that has just started may still be on its way to an empty one."""
    from selenium.webdriver.support.wait import WebDriverWait

    def opened(page: Path) -> None:
        browser.get(page.as_uri())
        where = "return [document.readyState, location.href]"
        WebDriverWait(browser, 60).until(lambda _: browser.execute_script(where) == ["complete", page.as_uri()])

    return opened
