"""Fixtures for browser tests: Chromium, and pages that fail the test if they show an error."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.chromium import FLAGS, find
from tests.browser.driver import PATIENCE

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")
TELL_EXCEPTIONS = """new MutationObserver(() => {
    const shown = document.querySelector("[data-testid=stException]:not([data-told])");
    if (shown) console.error((shown.dataset.told = "shown: ") + shown.innerText);
}).observe(document, { childList: true, subtree: true });"""
"""JavaScript that logs every exception that a page shows, even for a moment, to the console."""


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Return the path and flags of the installed Chromium, for pytest-playwright."""
    path = find()
    assert path, "no browser: `make test` installs one, or set $CHROMIUM"
    return {"executable_path": path, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def visitors(browser, server):
    """Open the browser context that all tests share, so that its cache stays warm."""
    with fresh_browser(browser, server) as context:
        yield context


@pytest.fixture(scope="session")
def tab(visitors):
    """Open one tab for nearly all tests: a new tab would compile 4.7 MB of Plotly again."""
    return visitors.new_page()


@pytest.fixture
def page(tab):
    """Return a page as a new user sees it. The test fails if the page shows an error.

    Cookies, storage, window size, CSS medium and color scheme are reset.
    """
    tab.set_viewport_size(DESKTOP)
    tab.emulate_media(media="screen", color_scheme="light")
    try:
        with without_errors(tab):
            yield tab
    finally:
        _forget(tab)


@pytest.fixture(scope="session")
def other_tab(browser, server):
    """Open a tab in the browser of a second user."""
    with fresh_browser(browser, server) as context:
        yield context.new_page()


@pytest.fixture
def other_page(other_tab):
    """Return a page in the browser of a second new user."""
    try:
        with without_errors(other_tab):
            yield other_tab
    finally:
        _forget(other_tab)


def _forget(page):
    """Leave the app, and clear storage and cookies."""
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.mouse.move(0, 0)
    page.goto("about:blank")
    page.unroute_all()
    page.context.clear_cookies()


@contextmanager
def fresh_browser(browser, server):
    """Open a new browser context for the block."""
    with browser.new_context(viewport=DESKTOP, base_url=server.url) as context:
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELL_EXCEPTIONS)
        yield context


@contextmanager
def without_errors(page):
    """Fail if the page or its console shows an error within the block."""
    errors = []

    def listen(message):
        # After a deep link, Streamlit's client requests these paths below the page. They are 404.
        probe = PROBE.search(message.location.get("url", ""))
        if message.type == "error" and not probe:
            errors.append(message.text)

    def add_error(error):
        errors.append(str(error))

    page.on("console", listen)
    page.on("pageerror", add_error)
    yield
    tracebacks = page.get_by_test_id("stException").all_inner_texts()
    page.remove_listener("console", listen)
    page.remove_listener("pageerror", add_error)
    assert not tracebacks, tracebacks
    assert not errors, errors
