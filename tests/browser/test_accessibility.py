"""Accessibility: axe finds nothing serious on any page, and every page fits a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lib.charts.palette import PALETTES
from tests.app.test_own_model import LONG
from tests.browser.driver import open_page, settle, wait_until_whole
from tests.waiting import eventually
from tests.weekly import rest_weekly

PATHS = (
    "/cell?T=3&U=4&F=2",
    "/?data=vowels",
    "/data?data=seattle",
    "/shapes?stack=input~lstm~lstm_u8",
    "/shapes?part=target",
    "/data?data=brackets&padding=after",
    "/?T=9999",  # The page warns that T is too large.
    "/compare",
    "/",
    "/?data=parity&replay=yes",
    "/shapes",
    "/shapes?part=error",
    "/shapes?stack=input~lstm_state_u8~input_t6_f2~lstm_u8_seq_of3_from2.1-2.2~dense_k4_actsoftmax",
    f"/shapes?stack={LONG}",
    "/sweep",
    "/gallery",
    "/cell?part=proof",
    "/cell?part=break",
    "/cell?part=learn",
    "/cell?data=sine&part=stream",
)
"""`make test` runs axe on the first four paths, which have nearly all kinds of elements."""
PHONE = {"width": 390, "height": 844}
ATTEMPTS = 5
"""The most checks by axe, one second apart, until a check finds nothing."""


def serious(page, context="html", *rules):
    """Return the elements with serious or critical violations in this part of the page, by rule.

    Check these rules of axe, by default all. Elements are pale until a script run redraws them, so
    the check is repeated if it finds a violation.
    """
    options = {"resultTypes": ["violations"]}  # A list of all other results takes twice as long.
    if rules:
        options["runOnly"] = list(rules)
    for _ in range(ATTEMPTS):
        violations = {
            v["id"]: [node["html"][:200] for node in v["nodes"]]
            for v in Axe().run(page, context, options).response["violations"]
            if v["impact"] in ("serious", "critical")
        }
        if not violations:
            break
        page.wait_for_timeout(1000)
        settle(page)
    return violations


def width(page):
    """Return the width of the page's main part, including what scrolls out of sight, in pixels."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollWidth")


def open_all(page, path):
    """Open a page, and wait until it is drawn to its end."""
    open_page(page, path)
    if path.startswith("/?") or path == "/":
        wait_until_whole(page)


def darken(page):
    """Switch the user's system to its dark theme, and wait until the page has followed."""
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        """color => getComputedStyle(document.documentElement)
            .getPropertyValue("--background").trim() === color""",
        arg=PALETTES["dark"].background,
    )
    settle(page)


@pytest.mark.parametrize("path", rest_weekly(PATHS, 4))
def test_axe_finds_nothing_serious(page, path):
    """For example, contrast is high enough, and each control has a name.

    The dark theme is checked after a switch, which changes the colors of the open page. The page
    then becomes as narrow as a phone.
    """
    open_all(page, path)
    assert not serious(page)
    darken(page)
    assert not serious(page, "html", "color-contrast")
    page.set_viewport_size(PHONE)
    assert eventually(lambda: width(page) <= PHONE["width"], seconds=20)


@pytest.mark.parametrize("path", rest_weekly(PATHS[4:], 2))
def test_a_page_fits_a_phone(page, path):
    """A page 390 px wide doesn't scroll sideways. test_cell checks the parts of Cell."""
    page.set_viewport_size(PHONE)
    open_all(page, path)
    assert width(page) <= PHONE["width"]


def test_axe_finds_nothing_serious_in_the_overlay_of_keys(page):
    """The overlay has a name, the focus, and enough contrast in the light and dark themes."""
    open_page(page, "/cell")
    page.keyboard.press("?")
    overlay = page.get_by_role("dialog", name="Keys on this page")
    assert not serious(page, ".st-key-listener")
    darken(page)
    expect(overlay).to_be_visible()
    assert not serious(page, ".st-key-listener")
