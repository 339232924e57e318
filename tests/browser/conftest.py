"""Chromium, and pages that may not show errors of any kind."""

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import (
    ViewportSize,
)

from tests.browser.chromium import FLAGS, find
from tests.browser.driver import PATIENCE

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")
TELL_EXCEPTIONS = """new MutationObserver(() => {
    const shown = document.querySelector("[data-testid=stException]:not([data-told])");
    if (shown) console.error((shown.dataset.told = "shown: ") + shown.innerText);
}).observe(document, { childList: true, subtree: true });"""
"""Each page runs this: what it shows of an exception, if only for a moment, is in its console."""


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """For pytest-playwright: the Chromium that is here, headless."""
    path = find()
    assert path, "no browser: `make test` installs one, or set $CHROMIUM"
    return {"executable_path": path, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def visitors(browser, server):
    """The browser that all visitors have: what it has loaded and compiled once it knows."""
    with fresh_browser(browser, server) as context:
        yield context


@pytest.fixture(scope="session")
def tab(visitors):
    """One tab for nearly all tests: in a new one Chromium runs 4.7 MB of Plotly from the start."""
    return visitors.new_page()


@pytest.fixture
def page(tab):
    """A page for somebody who has never been here. It must end without errors.

    Cookies, what the page has stored, the size, the medium and the colours are as new.
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
    """The tab of another person's browser."""
    with fresh_browser(browser, server) as context:
        yield context.new_page()


@pytest.fixture
def other_page(other_tab):
    """A page for another person, who has never been here either."""
    try:
        with without_errors(other_tab):
            yield other_tab
    finally:
        _forget(other_tab)


def _forget(page):
    """Leave the app, and nothing of the visit behind."""
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear(), sessionStorage.clear()")
    page.mouse.move(0, 0)
    page.goto("about:blank")
    page.unroute_all()
    page.context.clear_cookies()


@contextmanager
def fresh_browser(browser, server):
    """A person's browser that has never been here, for as long as the block."""
    with browser.new_context(viewport=DESKTOP, base_url=server.url) as context:
        context.set_default_timeout(PATIENCE)
        context.add_init_script(TELL_EXCEPTIONS)
        yield context


@contextmanager
def without_errors(page):
    """No error on the page or in its console within the block, and none on the page at its end."""
    errors = []

    def listen(message):
        # On a deep link Streamlit's own client asks for these below the page before the root.
        probe = PROBE.search(message.location.get("url", ""))
        if message.type == "error" and not probe:
            errors.append(message.text)

    def note(error):
        errors.append(str(error))

    page.on("console", listen)
    page.on("pageerror", note)
    yield
    tracebacks = page.get_by_test_id("stException").all_inner_texts()
    page.remove_listener("console", listen)
    page.remove_listener("pageerror", note)
    assert not tracebacks, tracebacks
    assert not errors, errors
