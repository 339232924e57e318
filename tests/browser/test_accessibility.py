"""Every page is for all: axe finds nothing serious, in light and in dark, and it fits a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lib.charts.palette import PALETTES
from tests.app.test_own_model import LONG
from tests.browser.driver import open_page, settle, wait_until_whole
from tests.weekly import first_of

PATHS = (
    "/?T=9999",  # a link that isn't all right
    "/cell?T=3&U=4&F=2",
    "/data?data=seattle",
    "/shapes?stack=input~lstm~lstm_u8",
    "/shapes?part=target",
    "/compare",
    "/",
    "/?data=parity&replay=yes",
    "/cell?part=proof",
    "/cell?part=break",
    "/cell?part=learn",
    "/shapes",
    "/shapes?part=error",
    "/shapes?part=quiz",
    "/shapes?stack=input~lstm_state_u8~input_t6_f2~lstm_u8_seq_of3_from2.1-2.2~dense_k4_actsoftmax",
    f"/shapes?stack={LONG}",
    "/sweep",
    "/gallery",
)
"""The first four have nearly all kinds of elements, and are checked by `make test`."""
LOOKS = 5
"""How often it is looked for what axe finds, a second apart."""


def serious(page, context="html", *rules):
    """What axe finds in this part of the page that is serious or critical, with its elements.

    By all of its rules, or by those that are named. Elements that a run of the page is about to
    draw anew are pale meanwhile, so what is found is looked for again.
    """
    options = {"runOnly": list(rules)} if rules else None
    for _ in range(LOOKS):
        found = {
            v["id"]: [node["html"][:200] for node in v["nodes"]]
            for v in Axe().run(page, context, options).response["violations"]
            if v["impact"] in ("serious", "critical")
        }
        if not found:
            break
        page.wait_for_timeout(1000)
        settle(page)
    return found


def open_all(page, path):
    """Open a page, and wait for all of it."""
    open_page(page, path)
    if path.startswith("/?") or path == "/":
        wait_until_whole(page)


def darken(page):
    """Turn the person's system to dark, and wait until the page has followed."""
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        """color => getComputedStyle(document.documentElement)
            .getPropertyValue("--background").trim() === color""",
        arg=PALETTES["dark"].background,
    )
    settle(page)


@pytest.mark.parametrize("path", first_of(PATHS, 4))
def test_axe_finds_nothing_serious(page, path):
    """No serious or critical violation, such as too little contrast or a control without name.

    In light, and in dark when the system changes while the page is there: that changes colours.
    """
    open_all(page, path)
    assert not serious(page)
    darken(page)
    assert not serious(page, "html", "color-contrast")


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_a_phone(page, path):
    """At 390 px nothing scrolls sideways but in itself."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_all(page, path)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390


def test_the_keys_that_are_shown_are_for_all(page):
    """The overlay has a name, the focus and its contrast, in light and in dark."""
    open_page(page, "/shapes?part=quiz")
    page.keyboard.press("?")
    overlay = page.get_by_role("dialog", name="Keys on this page")
    assert not serious(page, ".st-key-listener")
    darken(page)
    expect(overlay).to_be_visible()
    assert not serious(page, ".st-key-listener")
