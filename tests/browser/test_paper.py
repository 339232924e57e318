"""Pages on paper: what one would hand out, and nothing that is pressed."""

import re

from playwright.sync_api import expect

from tests.browser.driver import open_page

PRESSED = (
    "[data-testid=stSidebar], .st-key-cell_bar, input:not([aria-hidden]), "
    "button:not([role=radio] *, [role=radio], [data-testid=stElementToolbar] *)"
)
ANSWERS = ".st-key-usual_cases, .st-key-quiz_options"
"""What is pressed there is what the paper is about."""
PAGES = {
    "/": 2,
    "/cell?part=learn&U=4&T=6": 1,  # its two columns stay side by side
    "/data": 1,
    "/shapes?part=target": 2,
}
"""Address → the sheets that it takes at most."""


def test_every_page_can_be_handed_out(page):
    """On one sheet or two, without controls."""
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
