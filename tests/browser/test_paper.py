"""Printed pages have the content without the controls."""

import re

from playwright.sync_api import expect

from tests.browser.driver import open_page

PRESSED = (
    "[data-testid=stSidebar], .st-key-cell_bar, input:not([aria-hidden]), "
    "button:not([role=radio] *, [role=radio], [data-testid=stElementToolbar] *)"
)
ANSWERS = ".st-key-usual_cases, .st-key-quiz_options"
"""Elements with buttons that are printed, since they are the content."""
PAGES = {
    "/": 2,
    "/cell?part=learn&U=4&T=6": 1,  # two columns side by side
    "/data": 1,
    "/shapes?part=target": 2,
}
"""Address → the most sheets of paper."""


def test_every_page_prints_without_controls(page):
    """A page takes one or two sheets."""
    for address, sheets in PAGES.items():
        page.emulate_media(media="screen")
        open_page(page, address)
        expect(page.locator("h3").first).to_be_visible()
        printed = page.pdf(prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= sheets, address
        page.emulate_media(media="print")
        seen = page.locator(PRESSED).locator("visible=true")
        left = [each for each in seen.all() if not each.evaluate(f"e => e.closest('{ANSWERS}')")]
        assert not left, (address, [each.evaluate("e => e.outerHTML") for each in left])
